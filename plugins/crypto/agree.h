// crypto.agree
#ifndef RONDO_PLUGINS_CRYPTO_AGREE_H_
#define RONDO_PLUGINS_CRYPTO_AGREE_H_

#include "absl/strings/string_view.h"
#include "plugins/crypto/key.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// The secret that two share who know each the other's public key: X25519 (RFC 7748), or ECDH on
// P-256 or P-384 (the x coordinate, SEC 1). It is not evenly random: derive keys from it by Hkdf.
//
// Errors: INVALID_ARGUMENT (no key; keys that cannot agree, or are not of one algorithm; a peer of
// low order, with which the secret would be no secret).
//
//   absl::StatusOr<crypto::Secret> shared =
//       co_await runtime.Submit(crypto::Agree{.key = key, .peer = peer});
struct Agree {
  static constexpr absl::string_view kKind = "crypto.agree";
  using Result = Secret;

  PrivateKey key = {};
  PublicKey peer = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("peer", peer, {.required = true});
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_AGREE_H_
