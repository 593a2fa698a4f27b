// crypto.generate_key, crypto.public_key
#ifndef RONDO_PLUGINS_CRYPTO_GENERATE_KEY_H_
#define RONDO_PLUGINS_CRYPTO_GENERATE_KEY_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "plugins/crypto/key.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Makes a new key. One of RSA takes a second or so, and stops soon after it is cancelled.
//
// Errors: INVALID_ARGUMENT (rsa_bits below 2048 or above 16384).
//
//   absl::StatusOr<crypto::PrivateKey> key = co_await runtime.Submit(
//       crypto::GenerateKey{.algorithm = crypto::KeyAlgorithm::kEd25519});
struct GenerateKey {
  static constexpr absl::string_view kKind = "crypto.generate_key";
  using Result = PrivateKey;

  KeyAlgorithm algorithm = KeyAlgorithm::kEd25519;
  int32_t rsa_bits = 3072;

  void VisitFields(FieldVisitor& visit) {
    visit("algorithm", algorithm);
    visit("rsa_bits", rsa_bits);
  }
};

// PrivateKey::public_key for those who call by name. Errors: INVALID_ARGUMENT (no key).
struct PublicKeyOf {
  static constexpr absl::string_view kKind = "crypto.public_key";
  using Result = PublicKey;

  PrivateKey key = {};

  void VisitFields(FieldVisitor& visit) { visit("key", key, {.required = true}); }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_GENERATE_KEY_H_
