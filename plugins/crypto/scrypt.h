// crypto.scrypt
#ifndef RONDO_PLUGINS_CRYPTO_SCRYPT_H_
#define RONDO_PLUGINS_CRYPTO_SCRYPT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Derives a key from a password by scrypt (RFC 7914), which is slow and takes memory on purpose:
// with the defaults, some 0.4 s and 128 MiB. Few run at once (see CryptoOptions), so that they
// do not keep the workers from other kinds.
//
// One that runs cannot be stopped: whoever cancels it is told at once, but its worker and its place
// are free only when it has ended. What it comes to then is wiped.
//
// Errors: INVALID_ARGUMENT (a parameter that scrypt does not allow; the message names it; unless
// allow_weak, less cost than OWASP's least choice, n = 2^13 with r = 8 and p = 10, or a salt below
// 16 bytes);
// RESOURCE_EXHAUSTED (more memory than max_memory_bytes, or than there is).
//
//   absl::StatusOr<crypto::Secret> key = co_await runtime.Submit(
//       crypto::Scrypt{.password = crypto::Secret(password), .salt = salt});
struct Scrypt {
  static constexpr absl::string_view kKind = "crypto.scrypt";
  using Result = Secret;

  Secret password = {};
  // Random, 16 bytes or more, and kept with what the key seals.
  std::string salt = {};
  // The cost: time and memory grow with it. A power of 2, above 1 and below 2^(16 r).
  int64_t n = int64_t{1} << 17;
  // The block size: 128 n r bytes of memory are taken. r p is below 2^30.
  int64_t r = 8;
  // How often it is all done.
  int64_t p = 1;
  // Of the key, in bytes.
  int64_t length = 32;
  int64_t max_memory_bytes = int64_t{256} << 20;
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("password", password, {.required = true});
    visit("salt", salt, {.required = true});
    visit("n", n);
    visit("r", r);
    visit("p", p);
    visit("length", length);
    visit("max_memory_bytes", max_memory_bytes);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SCRYPT_H_
