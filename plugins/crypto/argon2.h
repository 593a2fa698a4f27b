// crypto.argon2
#ifndef RONDO_PLUGINS_CRYPTO_ARGON2_H_
#define RONDO_PLUGINS_CRYPTO_ARGON2_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Derives a key from a password by Argon2 (RFC 9106), which is slow and takes memory on purpose.
// The defaults are the RFC's second choice: 64 MiB, some 0.2 s. Few run at once (see
// CryptoOptions), each on one thread, whatever its lanes.
//
// One that runs cannot be stopped: whoever cancels it is told at once, but its worker and its place
// are free only when it has ended. What it comes to then is wiped.
//
// Errors: INVALID_ARGUMENT (another variant; a parameter out of its range; unless allow_weak, less
// memory and iterations than OWASP's least choice, or a salt below 16 bytes); RESOURCE_EXHAUSTED
// (more memory than max_memory_bytes, or than there is).
//
//   absl::StatusOr<crypto::Secret> key = co_await runtime.Submit(
//       crypto::Argon2{.password = crypto::Secret(password), .salt = salt});
struct Argon2 {
  static constexpr absl::string_view kKind = "crypto.argon2";
  using Result = Secret;

  Secret password = {};
  // Random, 16 bytes or more, and kept with what the key seals. 8 bytes at least.
  std::string salt = {};
  // In KiB; at least 8 for each lane. OWASP's least choices are 7 MiB with 5 iterations and what
  // comes to as much, up to 46 MiB with 1.
  int64_t memory_kib = 65'536;
  int64_t iterations = 3;
  int64_t lanes = 4;
  // Of the key, in bytes: from 4 to 1 MiB.
  int64_t length = 32;
  // argon2id, argon2i or argon2d.
  std::string variant = "argon2id";
  // A key that is kept elsewhere than the salt ("pepper"), or nothing.
  Secret secret = {};
  std::string associated_data = {};
  int64_t max_memory_bytes = int64_t{256} << 20;
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("password", password, {.required = true});
    visit("salt", salt, {.required = true});
    visit("memory_kib", memory_kib);
    visit("iterations", iterations);
    visit("lanes", lanes);
    visit("length", length);
    visit("variant", variant);
    visit("secret", secret);
    visit("associated_data", associated_data);
    visit("max_memory_bytes", max_memory_bytes);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_ARGON2_H_
