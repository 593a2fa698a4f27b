// crypto.seal and crypto.open: authenticated encryption with associated data.
#ifndef RONDO_PLUGINS_CRYPTO_AEAD_H_
#define RONDO_PLUGINS_CRYPTO_AEAD_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// What is sealed is laid out as
//
//   nonce (12 bytes) | ciphertext (as many as the plaintext) | tag (16 bytes)
//
// for every algorithm: aes-256-gcm and chacha20-poly1305, whose keys have 32 bytes, and
// aes-128-gcm with 16.
//
// Keys are wiped from memory, every copy (plugins/crypto/secret.h), and so is what was decrypted
// but not returned, because it was not authentic or the caller had stopped. Texts that go in or
// come out are not: the plaintext of Seal and the result of Open are strings, of which the runtime
// may make copies: a key that is itself sealed or opened so leaves traces.
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;

// Encrypts `plaintext`, so that Open with the same key gives it back and notices every change of
// it and of `associated_data`, which is not part of the result.
//
// One key seals 2^32 texts with random nonces; then it must be replaced. A nonce that is used
// twice with one key gives both texts away: give one only where you count them.
//
// Errors: INVALID_ARGUMENT (another algorithm, another size of key or nonce); UNIMPLEMENTED (this
// OpenSSL was built or configured without it).
//
//   crypto::Secret key = ...;
//   absl::StatusOr<std::string> sealed =
//       co_await runtime.Submit(crypto::Seal{.key = key, .plaintext = "attack at dawn"});
//   absl::StatusOr<std::string> text =
//       co_await runtime.Submit(crypto::Open{.key = key, .sealed = *sealed});
struct Seal {
  static constexpr absl::string_view kKind = "crypto.seal";
  using Result = std::string;

  Secret key = {};
  std::string plaintext = {};
  std::string associated_data = {};
  std::string algorithm = "aes-256-gcm";
  // None: a random one, as is best.
  std::optional<std::string> nonce = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("plaintext", plaintext, {.required = true});
    visit("associated_data", associated_data);
    visit("algorithm", algorithm);
    visit("nonce", nonce, {.help = "12 bytes, never twice with one key; random if not given"});
  }
};

// Decrypts what Seal returned.
//
// Errors: UNAUTHENTICATED (sealed with another key, algorithm or associated data, or changed
// since: which one cannot be told, and not a byte of plaintext is returned); INVALID_ARGUMENT
// (another algorithm, another size of key, shorter than anything sealed); UNIMPLEMENTED as above.
struct Open {
  static constexpr absl::string_view kKind = "crypto.open";
  using Result = std::string;

  Secret key = {};
  std::string sealed = {};
  std::string associated_data = {};
  std::string algorithm = "aes-256-gcm";

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("sealed", sealed, {.required = true});
    visit("associated_data", associated_data);
    visit("algorithm", algorithm);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_AEAD_H_
