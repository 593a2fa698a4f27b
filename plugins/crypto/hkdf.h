// crypto.hkdf
#ifndef RONDO_PLUGINS_CRYPTO_HKDF_H_
#define RONDO_PLUGINS_CRYPTO_HKDF_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Derives a key from a secret that cannot be guessed, such as what Agree returns, by HKDF (RFC
// 5869, extract and expand). Not for passwords: those need Scrypt, Argon2 or Pbkdf2. Runs on the
// loop thread, as it takes some microseconds.
//
// Errors: INVALID_ARGUMENT (an unknown algorithm, or one that says legacy, or a key below 14 bytes
// (112 bits, NIST SP 800-131A), both unless allow_weak; a length that HKDF does not give; an info
// above 1024 bytes).
//
//   absl::StatusOr<crypto::Secret> key = co_await runtime.Submit(
//       crypto::Hkdf{.key = shared, .salt = salt, .info = "session 1"});
struct Hkdf {
  static constexpr absl::string_view kKind = "crypto.hkdf";
  using Result = Secret;

  Secret key = {};
  std::string salt = {};
  // What the derived key is for: another one for every info.
  std::string info = {};
  // Of the derived key, in bytes: up to 255 times the size of the hash.
  int64_t length = 32;
  std::string algorithm = "sha256";
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("salt", salt);
    visit("info", info);
    visit("length", length);
    visit("algorithm", algorithm);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HKDF_H_
