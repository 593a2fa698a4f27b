#include "plugins/crypto/export_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

constexpr int kIterations = 600'000;
// OpenSSL's readers have no room for more.
constexpr size_t kMostPassphraseBytes = 1000;

using Plain = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreedBy<PKCS8_PRIV_KEY_INFO_free>>;
using Encrypted = std::unique_ptr<X509_SIG, FreedBy<X509_SIG_free>>;
using AlgorithmId = std::unique_ptr<X509_ALGOR, FreedBy<X509_ALGOR_free>>;

absl::Status NoRawForm(absl::string_view operation) {
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": format: keys of RSA have no raw form"));
}

absl::StatusOr<Secret> RawNumber(const PrivateKey& key) {
  EVP_PKEY* const pkey = Mutable(key.data());
  if (CurveName(key.algorithm()) != nullptr) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) {
      return OpenSslError(ExportPrivateKey::kKind);
    }
    const BigNumber owned(number);
    Secret bytes = Secret::OfSize(key.algorithm() == KeyAlgorithm::kP384 ? 48 : 32);
    if (BN_bn2binpad(number, Bytes(bytes.mutable_bytes().data()), static_cast<int>(bytes.size())) <
        0) {
      return OpenSslError(ExportPrivateKey::kKind);
    }
    return bytes;
  }
  size_t size = 32;
  Secret bytes = Secret::OfSize(size);
  if (EVP_PKEY_get_raw_private_key(pkey, Bytes(bytes.mutable_bytes().data()), &size) != 1) {
    return OpenSslError(ExportPrivateKey::kKind);
  }
  return bytes;
}

absl::StatusOr<std::string> RawPublicBytes(const PublicKey& key) {
  EVP_PKEY* const pkey = Mutable(key.data());
  if (CurveName(key.algorithm()) == nullptr) {
    std::string bytes(32, '\0');
    size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(pkey, Bytes(bytes.data()), &size) != 1) {
      return OpenSslError(ExportPublicKey::kKind);
    }
    return bytes;
  }
  unsigned char* point = nullptr;
  const size_t size = EVP_PKEY_get1_encoded_public_key(pkey, &point);
  if (size == 0) return OpenSslError(ExportPublicKey::kKind);
  std::string bytes(Text(point, size));
  OPENSSL_free(point);
  return bytes;
}

absl::StatusOr<Encrypted> Encrypt(Plain plain, const Secret& passphrase) {
  AlgorithmId scheme(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kIterations, /*salt=*/nullptr,
                                       /*saltlen=*/16, /*aiv=*/nullptr, NID_hmacWithSHA256));
  if (scheme == nullptr) return OpenSslError(ExportPrivateKey::kKind);
  Encrypted encrypted(PKCS8_set0_pbe(passphrase.bytes().data(), static_cast<int>(passphrase.size()),
                                     plain.get(), scheme.get()));
  if (encrypted == nullptr) return OpenSslError(ExportPrivateKey::kKind);
  scheme.release();  // It is the other's.
  return encrypted;
}

}  // namespace

absl::StatusOr<Secret> WritePrivateKey(const ExportPrivateKey& request) {
  constexpr absl::string_view kOperation = ExportPrivateKey::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckGiven(kOperation, "key", request.key);
  if (!status.ok()) return status;
  if (request.format == KeyFormat::kRaw) {
    if (request.key.algorithm() == KeyAlgorithm::kRsa) return NoRawForm(kOperation);
    if (request.passphrase.empty()) return RawNumber(request.key);
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, ": passphrase: raw keys cannot be encrypted"));
  }
  if (request.passphrase.size() > kMostPassphraseBytes) {
    return absl::InvalidArgumentError(absl::StrCat(kOperation,
                                                   ": passphrase: ", request.passphrase.size(),
                                                   " bytes are more than ", kMostPassphraseBytes));
  }
  Plain plain(EVP_PKEY2PKCS8(Mutable(request.key.data())));
  const Bio out = WriteToMemory();
  if (plain == nullptr || out == nullptr) return OpenSslError(kOperation);
  const bool pem = request.format == KeyFormat::kPem;
  int ok;
  if (request.passphrase.empty()) {
    ok = pem ? PEM_write_bio_PKCS8_PRIV_KEY_INFO(out.get(), plain.get())
             : i2d_PKCS8_PRIV_KEY_INFO_bio(out.get(), plain.get());
  } else {
    absl::StatusOr<Encrypted> encrypted = Encrypt(std::move(plain), request.passphrase);
    if (!encrypted.ok()) return encrypted.status();
    ok = pem ? PEM_write_bio_PKCS8(out.get(), encrypted->get())
             : i2d_PKCS8_bio(out.get(), encrypted->get());
  }
  if (ok != 1) return OpenSslError(kOperation);
  return Secret(WrittenTo(out.get()));
}

absl::StatusOr<std::string> WritePublicKey(const ExportPublicKey& request) {
  constexpr absl::string_view kOperation = ExportPublicKey::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckGiven(kOperation, "key", request.key);
  if (!status.ok()) return status;
  EVP_PKEY* const key = Mutable(request.key.data());
  if (request.format == KeyFormat::kRaw) {
    if (request.key.algorithm() == KeyAlgorithm::kRsa) return NoRawForm(kOperation);
    return RawPublicBytes(request.key);
  }
  const Bio out = WriteToMemory();
  if (out == nullptr) return OpenSslError(kOperation);
  const int ok = request.format == KeyFormat::kPem ? PEM_write_bio_PUBKEY(out.get(), key)
                                                   : i2d_PUBKEY_bio(out.get(), key);
  if (ok != 1) return OpenSslError(kOperation);
  return std::string(WrittenTo(out.get()));
}

}  // namespace rondo::crypto::internal
