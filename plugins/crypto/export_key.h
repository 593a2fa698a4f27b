// crypto.export_private_key, crypto.export_public_key
#ifndef RONDO_PLUGINS_CRYPTO_EXPORT_KEY_H_
#define RONDO_PLUGINS_CRYPTO_EXPORT_KEY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/key.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Writes a private key down. With a passphrase, in PEM or DER, it is encrypted: PBES2 with PBKDF2
// (HMAC-SHA-256, 600 000 iterations, as OWASP advises) and AES-256-CBC, which every OpenSSL reads.
//
// Errors: INVALID_ARGUMENT (no key; raw with a passphrase, or of RSA; a passphrase above 1000
// bytes).
//
//   absl::StatusOr<crypto::Secret> pem = co_await runtime.Submit(
//       crypto::ExportPrivateKey{.key = key, .passphrase = passphrase});
struct ExportPrivateKey {
  static constexpr absl::string_view kKind = "crypto.export_private_key";
  using Result = Secret;

  PrivateKey key = {};
  KeyFormat format = KeyFormat::kPem;
  // Empty: not encrypted.
  Secret passphrase = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("format", format);
    visit("passphrase", passphrase);
  }
};

// Writes a public key down. Errors: INVALID_ARGUMENT (no key; raw of RSA).
struct ExportPublicKey {
  static constexpr absl::string_view kKind = "crypto.export_public_key";
  using Result = std::string;

  PublicKey key = {};
  KeyFormat format = KeyFormat::kPem;

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("format", format);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_EXPORT_KEY_H_
