// crypto.hash_file
#ifndef RONDO_PLUGINS_CRYPTO_HASH_FILE_H_
#define RONDO_PLUGINS_CRYPTO_HASH_FILE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/digest.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Hashes the content of a file of any size, piece by piece: it takes 256 KiB of memory, and stops
// soon after it is cancelled.
//
// Errors: INVALID_ARGUMENT (another algorithm than those of crypto.hash; a path with a NUL);
// FAILED_PRECONDITION (a directory, a FIFO or a socket); NOT_FOUND, PERMISSION_DENIED and the like
// from the system.
//
//   absl::StatusOr<crypto::Digest> hash =
//       co_await runtime.Submit(crypto::HashFile{.path = "image.iso"});
struct HashFile {
  static constexpr absl::string_view kKind = "crypto.hash_file";
  using Result = Digest;

  std::string path = {};
  std::string algorithm = "sha256";

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("algorithm", algorithm);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HASH_FILE_H_
