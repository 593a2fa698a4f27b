// crypto.pbkdf2
#ifndef RONDO_PLUGINS_CRYPTO_PBKDF2_H_
#define RONDO_PLUGINS_CRYPTO_PBKDF2_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Derives a key from a password by PBKDF2 (RFC 8018), which takes time but no memory: it is for
// where something else asks for it; Scrypt and Argon2 resist guessing better. Few run at once (see
// CryptoOptions). One that runs stops soon after it is cancelled.
//
// Errors: INVALID_ARGUMENT (an unknown algorithm; a parameter out of its range; unless allow_weak,
// below 100 000 iterations, a salt below 16 bytes, an algorithm that says legacy).
//
//   absl::StatusOr<crypto::Secret> key = co_await runtime.Submit(
//       crypto::Pbkdf2{.password = crypto::Secret(password), .salt = salt});
struct Pbkdf2 {
  static constexpr absl::string_view kKind = "crypto.pbkdf2";
  using Result = Secret;

  Secret password = {};
  // Random, 16 bytes or more, and kept with what the key seals.
  std::string salt = {};
  // Up to 2^31 - 1. OWASP's advice of 2023 for SHA-256.
  int64_t iterations = 600'000;
  // Of the key, in bytes, up to 1 MiB.
  int64_t length = 32;
  std::string algorithm = "sha256";
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("password", password, {.required = true});
    visit("salt", salt, {.required = true});
    visit("iterations", iterations);
    visit("length", length);
    visit("algorithm", algorithm);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_PBKDF2_H_
