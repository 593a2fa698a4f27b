// crypto.hash
#ifndef RONDO_PLUGINS_CRYPTO_HASH_H_
#define RONDO_PLUGINS_CRYPTO_HASH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/digest.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Hashes `data`.
//
// Algorithms: sha224, sha256, sha384, sha512, sha512-256 (FIPS 180-4); sha3-224, sha3-256,
// sha3-384, sha3-512 (FIPS 202); blake2b512, blake2s256 (RFC 7693); and legacy-md5 and legacy-sha1,
// for which two texts of one hash can be made: only for what somebody else has laid down.
//
// Small data is hashed on the loop thread, as that takes less time than to ask a worker for it.
//
// Errors: INVALID_ARGUMENT (another algorithm; the message lists them); UNIMPLEMENTED (this
// OpenSSL was built or configured without it).
//
//   absl::StatusOr<crypto::Digest> hash =
//       co_await runtime.Submit(crypto::Hash{.data = "abc"});
struct Hash {
  static constexpr absl::string_view kKind = "crypto.hash";
  using Result = Digest;

  std::string data = {};
  std::string algorithm = "sha256";

  void VisitFields(FieldVisitor& visit) {
    visit("data", data, {.required = true});
    visit("algorithm", algorithm);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HASH_H_
