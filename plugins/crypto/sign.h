// crypto.sign, crypto.verify
#ifndef RONDO_PLUGINS_CRYPTO_SIGN_H_
#define RONDO_PLUGINS_CRYPTO_SIGN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/crypto/key.h"
#include "runtime/fields.h"

namespace rondo::crypto {

enum class SignatureAlgorithm : uint8_t {
  kEd25519,  // RFC 8032.
  kEcdsaSha256,
  kEcdsaSha384,
  kEcdsaSha512,  // FIPS 186-5, as DER.
  kRsaPssSha256,
  kRsaPssSha384,
  kRsaPssSha512,  // RFC 8017, the salt as long as the hash.
  kRsaPkcs1Sha256,
  kRsaPkcs1Sha384,
  kRsaPkcs1Sha512,  // RFC 8017, v1.5: only to be verified.
};
inline constexpr EnumName<SignatureAlgorithm> kSignatureAlgorithmNames[] = {
    {SignatureAlgorithm::kEd25519, "ed25519"},
    {SignatureAlgorithm::kEcdsaSha256, "ecdsa-sha256"},
    {SignatureAlgorithm::kEcdsaSha384, "ecdsa-sha384"},
    {SignatureAlgorithm::kEcdsaSha512, "ecdsa-sha512"},
    {SignatureAlgorithm::kRsaPssSha256, "rsa-pss-sha256"},
    {SignatureAlgorithm::kRsaPssSha384, "rsa-pss-sha384"},
    {SignatureAlgorithm::kRsaPssSha512, "rsa-pss-sha512"},
    {SignatureAlgorithm::kRsaPkcs1Sha256, "rsa-pkcs1-sha256"},
    {SignatureAlgorithm::kRsaPkcs1Sha384, "rsa-pkcs1-sha384"},
    {SignatureAlgorithm::kRsaPkcs1Sha512, "rsa-pkcs1-sha512"},
};
constexpr absl::Span<const EnumName<SignatureAlgorithm>> EnumNames(SignatureAlgorithm) {
  return kSignatureAlgorithmNames;
}
absl::string_view NameOf(SignatureAlgorithm algorithm);

// Signs `data`, which is hashed in doing so.
//
// Errors: INVALID_ARGUMENT (no key; a key that cannot sign, or not by this algorithm; one that is
// only verified).
//
//   absl::StatusOr<std::string> signature =
//       co_await runtime.Submit(crypto::Sign{.key = key, .data = "order 7"});
//   absl::Status status = co_await runtime.Submit(crypto::Verify{
//       .key = key.public_key(), .data = "order 7", .signature = *signature});
struct Sign {
  static constexpr absl::string_view kKind = "crypto.sign";
  using Result = std::string;

  PrivateKey key = {};
  std::string data = {};
  // None: ed25519, ecdsa-sha256 of P-256, ecdsa-sha384 of P-384, rsa-pss-sha256.
  std::optional<SignatureAlgorithm> algorithm = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("data", data, {.required = true});
    visit("algorithm", algorithm);
  }
};

// OK if `signature` is one of `data` by `key`. RSA-PSS with a salt of any length.
//
// Errors: UNAUTHENTICATED (it is not: another key or algorithm, or changed bytes); INVALID_ARGUMENT
// as above.
struct Verify {
  static constexpr absl::string_view kKind = "crypto.verify";
  using Result = void;

  PublicKey key = {};
  std::string data = {};
  std::string signature = {};
  std::optional<SignatureAlgorithm> algorithm = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("data", data, {.required = true});
    visit("signature", signature, {.required = true});
    visit("algorithm", algorithm);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SIGN_H_
