// crypto.import_private_key, crypto.import_public_key
#ifndef RONDO_PLUGINS_CRYPTO_IMPORT_KEY_H_
#define RONDO_PLUGINS_CRYPTO_IMPORT_KEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/key.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Reads a private key: of PEM text the first one, in any form that OpenSSL writes.
//
// An encrypted key says itself how much work its passphrase is, so do not open those of strangers.
//
// Errors: INVALID_ARGUMENT (not a key in this format; more behind it, in DER; above 1 MiB; an
// algorithm that is none of KeyAlgorithm; a number or point that cannot be a key; RSA below 2048
// bits, unless allow_weak; encrypted, and no passphrase); UNAUTHENTICATED (a wrong passphrase).
//
//   absl::StatusOr<crypto::PrivateKey> key =
//       co_await runtime.Submit(crypto::ImportPrivateKey{.data = crypto::Secret(pem)});
struct ImportPrivateKey {
  static constexpr absl::string_view kKind = "crypto.import_private_key";
  using Result = PrivateKey;

  Secret data = {};
  KeyFormat format = KeyFormat::kPem;
  // Of raw bytes, which do not say it.
  std::optional<KeyAlgorithm> raw_algorithm = {};
  Secret passphrase = {};
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("data", data, {.required = true});
    visit("format", format);
    visit("raw_algorithm", raw_algorithm);
    visit("passphrase", passphrase);
    visit("allow_weak", allow_weak);
  }
};

// Reads a public key. Errors: as above.
struct ImportPublicKey {
  static constexpr absl::string_view kKind = "crypto.import_public_key";
  using Result = PublicKey;

  std::string data = {};
  KeyFormat format = KeyFormat::kPem;
  std::optional<KeyAlgorithm> raw_algorithm = {};
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("data", data, {.required = true});
    visit("format", format);
    visit("raw_algorithm", raw_algorithm);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_IMPORT_KEY_H_
