// crypto.hash
#ifndef RONDO_PLUGINS_CRYPTO_HASH_H_
#define RONDO_PLUGINS_CRYPTO_HASH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rondo::crypto {

// Hashes `data`. The result is the hash's bytes, not their hexadecimal digits.
//
// Algorithms: sha256, sha384, sha512, sha3-256, sha3-512, blake2b512, blake2s256.
// Errors: INVALID_ARGUMENT (another algorithm; the message lists them); UNIMPLEMENTED (this
// OpenSSL was built or configured without it).
//
//   absl::StatusOr<std::string> hash =
//       co_await runtime.Submit(crypto::Hash{.data = "abc"});
struct Hash {
  static constexpr absl::string_view kKind = "crypto.hash";
  using Result = std::string;

  std::string data = {};
  std::string algorithm = "sha256";
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HASH_H_
