#include "plugins/crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include <string>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto {
namespace internal {
namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 16384;

absl::StatusOr<KeyAlgorithm> AlgorithmOf(absl::string_view operation, EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyAlgorithm::kEd25519;
  if (EVP_PKEY_is_a(key, "X25519") == 1) return KeyAlgorithm::kX25519;
  if (EVP_PKEY_is_a(key, "RSA") == 1) return KeyAlgorithm::kRsa;
  char curve[80] = "";
  size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") == 1 &&
      EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) == 1) {
    for (const KeyAlgorithm algorithm : {KeyAlgorithm::kP256, KeyAlgorithm::kP384}) {
      if (absl::string_view(curve) == CurveName(algorithm)) return algorithm;
    }
  }
  ERR_clear_error();
  const char* const type = EVP_PKEY_get0_type_name(key);
  return absl::InvalidArgumentError(absl::StrCat(operation, ": a key of the algorithm ",
                                                 curve[0] != '\0' ? curve
                                                 : type           ? type
                                                                  : "none",
                                                 "; there are ed25519, x25519, p256, p384, rsa"));
}

absl::Status CheckRsa(absl::string_view operation, EVP_PKEY* key, int bits, bool allow_weak) {
  if (bits > kMostRsaBits) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": an RSA key of ", bits, " bits, more than ", kMostRsaBits));
  }
  if (bits < kLeastRsaBits && !allow_weak) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": an RSA key of ", bits, " bits, less than ", kLeastRsaBits,
                     " (112 bits of security, NIST SP 800-131A); allow_weak allows it"));
  }
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number) != 1) {
    return InputError(operation, "an RSA key without an exponent");
  }
  const BigNumber exponent(number);
  if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get())) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": an RSA key whose exponent is even or 1"));
  }
  return absl::OkStatus();
}

absl::Status CheckPoint(absl::string_view operation, EVP_PKEY* key, KeyPart part) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr) return OpenSslError(operation);
  if (EVP_PKEY_public_check(context.get()) != 1) {
    return InputError(operation, "not a point of its curve");
  }
  if (part == KeyPart::kPrivate && EVP_PKEY_pairwise_check(context.get()) != 1) {
    return InputError(operation, "the public key is not that of the private one");
  }
  return absl::OkStatus();
}

bool HasPrivatePart(EVP_PKEY* key, KeyAlgorithm algorithm) {
  if (algorithm == KeyAlgorithm::kEd25519 || algorithm == KeyAlgorithm::kX25519) {
    size_t size = 0;
    return EVP_PKEY_get_raw_private_key(key, nullptr, &size) == 1;
  }
  const char* const name =
      algorithm == KeyAlgorithm::kRsa ? OSSL_PKEY_PARAM_RSA_D : OSSL_PKEY_PARAM_PRIV_KEY;
  BIGNUM* number = nullptr;
  const bool has = EVP_PKEY_get_bn_param(key, name, &number) == 1;
  return BigNumber(number) != nullptr && has;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeyData>> Adopt(absl::string_view operation, Key key,
                                                     KeyPart part, bool allow_weak) {
  const EmptyQueueAtEnd empty_queue;
  absl::StatusOr<KeyAlgorithm> algorithm = AlgorithmOf(operation, key.get());
  if (!algorithm.ok()) return algorithm.status();
  const int bits = EVP_PKEY_get_bits(key.get());
  if (part == KeyPart::kPrivate && !HasPrivatePart(key.get(), *algorithm)) {
    return absl::InvalidArgumentError(absl::StrCat(operation, ": only the public half of a key"));
  }
  absl::Status status;
  if (*algorithm == KeyAlgorithm::kRsa) {
    status = CheckRsa(operation, key.get(), bits, allow_weak);
  } else if (CurveName(*algorithm) != nullptr) {
    status = CheckPoint(operation, key.get(), part);
  }
  if (!status.ok()) return status;
  return std::make_shared<const KeyData>(std::move(key), *algorithm, bits);
}

const char* CurveName(KeyAlgorithm algorithm) {
  if (algorithm == KeyAlgorithm::kP256) return SN_X9_62_prime256v1;
  if (algorithm == KeyAlgorithm::kP384) return SN_secp384r1;
  return nullptr;
}

int CurveNumber(KeyAlgorithm algorithm) {
  if (algorithm == KeyAlgorithm::kP256) return NID_X9_62_prime256v1;
  if (algorithm == KeyAlgorithm::kP384) return NID_secp384r1;
  return 0;
}

const char* OpenSslName(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kEd25519:
      return "ED25519";
    case KeyAlgorithm::kX25519:
      return "X25519";
    case KeyAlgorithm::kP256:
    case KeyAlgorithm::kP384:
      return "EC";
    case KeyAlgorithm::kRsa:
      return "RSA";
  }
  return "";
}

absl::StatusOr<PublicKey> PublicHalf(const PublicKeyOf& request) {
  absl::Status status = CheckGiven(PublicKeyOf::kKind, "key", request.key);
  if (!status.ok()) return status;
  return request.key.public_key();
}

}  // namespace internal

absl::string_view NameOf(KeyAlgorithm algorithm) {
  for (const auto& each : kKeyAlgorithmNames) {
    if (each.value == algorithm) return each.name;
  }
  return "";
}

KeyAlgorithm PublicKey::algorithm() const {
  CHECK(data_ != nullptr) << "no key";
  return data_->algorithm;
}

int PublicKey::bits() const {
  CHECK(data_ != nullptr) << "no key";
  return data_->bits;
}

bool operator==(const PublicKey& a, const PublicKey& b) {
  if (!a || !b) return !a && !b;
  const internal::EmptyQueueAtEnd empty_queue;
  return EVP_PKEY_eq(a.data()->key.get(), b.data()->key.get()) == 1;
}

KeyAlgorithm PrivateKey::algorithm() const {
  CHECK(data_ != nullptr) << "no key";
  return data_->algorithm;
}

int PrivateKey::bits() const {
  CHECK(data_ != nullptr) << "no key";
  return data_->bits;
}

PublicKey PrivateKey::public_key() const {
  CHECK(data_ != nullptr) << "no key";
  // By way of what would be told to others.
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(data_->key.get(), &der);
  CHECK_GT(size, 0) << "a private key has a public one";
  const unsigned char* next = der;
  internal::Key key(d2i_PUBKEY(nullptr, &next, size));
  OPENSSL_free(der);
  CHECK(key != nullptr) << "what OpenSSL writes it can read";
  return PublicKey(
      std::make_shared<const internal::KeyData>(std::move(key), data_->algorithm, data_->bits));
}

void VisitValue(FieldVisitor& visit, PublicKey& key) {
  std::string pem;
  if (key) pem = internal::WritePublicKey({.key = key}).value_or("");
  const std::string before = pem;
  visit.Value(pem);
  if (pem == before) return;
  absl::StatusOr<PublicKey> read = internal::ReadPublicKey({.data = std::move(pem)});
  read.ok() ? void(key = *std::move(read)) : visit.Reject(read.status().message());
}

void VisitValue(FieldVisitor& visit, PrivateKey& key) {
  Secret pem;
  if (key) pem = internal::WritePrivateKey({.key = key}).value_or(Secret());
  const Secret before = pem;
  VisitValue(visit, pem);
  if (pem == before) return;
  absl::StatusOr<PrivateKey> read = internal::ReadPrivateKey({.data = std::move(pem)});
  read.ok() ? void(key = *std::move(read)) : visit.Reject(read.status().message());
}

}  // namespace rondo::crypto
