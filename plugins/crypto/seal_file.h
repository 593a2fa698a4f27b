// crypto.seal_file, crypto.open_file
#ifndef RONDO_PLUGINS_CRYPTO_SEAL_FILE_H_
#define RONDO_PLUGINS_CRYPTO_SEAL_FILE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Encrypts a file of any size into another one, as SealStream does. The destination is written
// under another name and takes its own when it is complete and on the disk; it replaces what is
// there. Its mode is 0600.
//
// Errors: INVALID_ARGUMENT (another algorithm, key size or chunk size); FAILED_PRECONDITION (the
// path is a directory, a FIFO or a socket); those of the system, naming the file.
//
//   absl::Status status = co_await runtime.Submit(crypto::SealFile{
//       .key = key, .path = "dump.sql", .destination = "dump.sealed"});
struct SealFile {
  static constexpr absl::string_view kKind = "crypto.seal_file";
  using Result = void;

  Secret key = {};
  std::string path = {};
  std::string destination = {};
  std::string associated_data = {};
  std::string algorithm = "aes-256-gcm";
  int64_t chunk_bytes = 64 << 10;

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("path", path, {.required = true});
    visit("destination", destination, {.required = true});
    visit("associated_data", associated_data);
    visit("algorithm", algorithm);
    visit("chunk_bytes", chunk_bytes);
  }
};

// Decrypts what SealFile or a SealStream made. Only when all of it was found authentic is there a
// destination.
//
// Errors: UNAUTHENTICATED (another key or associated data, or changed, moved, missing bytes);
// INVALID_ARGUMENT (no sealed stream at all, another key size); those of the system as above.
struct OpenFile {
  static constexpr absl::string_view kKind = "crypto.open_file";
  using Result = void;

  Secret key = {};
  std::string path = {};
  std::string destination = {};
  std::string associated_data = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("path", path, {.required = true});
    visit("destination", destination, {.required = true});
    visit("associated_data", associated_data);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SEAL_FILE_H_
