#include "plugins/crypto/import_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;

using Point = std::unique_ptr<EC_POINT, FreedBy<EC_POINT_free>>;
using Curve = std::unique_ptr<EC_GROUP, FreedBy<EC_GROUP_free>>;
using Encrypted = std::unique_ptr<X509_SIG, FreedBy<X509_SIG_free>>;

// What OpenSSL calls when it meets an encrypted key.
struct Passphrase {
  const Secret& secret;
  bool asked = false;

  static int Give(char* buffer, int size, int, void* data) {
    auto& self = *static_cast<Passphrase*>(data);
    self.asked = true;
    const absl::string_view bytes = self.secret.bytes();
    if (bytes.empty() || bytes.size() > static_cast<size_t>(size)) return -1;
    std::copy(bytes.begin(), bytes.end(), buffer);
    return static_cast<int>(bytes.size());
  }
};

absl::Status CheckSize(absl::string_view operation, absl::string_view data) {
  if (data.size() <= kMostBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": data: ", data.size(), " bytes are more than 1 MiB"));
}

absl::StatusOr<KeyAlgorithm> RawAlgorithm(absl::string_view operation,
                                          const std::optional<KeyAlgorithm>& algorithm) {
  if (!algorithm.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        operation, ": raw_algorithm: raw bytes do not say of which algorithm they are"));
  }
  if (*algorithm == KeyAlgorithm::kRsa) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": raw_algorithm: keys of RSA have no raw form"));
  }
  return *algorithm;
}

absl::Status CheckRawSize(absl::string_view operation, KeyAlgorithm algorithm, size_t right,
                          size_t size) {
  if (size == right) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      operation, ": data: a raw key of ", NameOf(algorithm), " has ", right, " bytes, not ", size));
}

size_t NumberBytes(KeyAlgorithm algorithm) { return algorithm == KeyAlgorithm::kP384 ? 48 : 32; }

absl::StatusOr<Key> KeyOnCurve(absl::string_view operation, KeyAlgorithm algorithm,
                               absl::string_view point, absl::string_view number) {
  // OpenSSL takes numbers in the order of the machine.
  Secret turned(number);
  std::reverse(turned.mutable_bytes().begin(), turned.mutable_bytes().end());
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                       const_cast<char*>(CurveName(algorithm)), 0),
      Octets(OSSL_PKEY_PARAM_PUB_KEY, point),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, Bytes(turned.mutable_bytes().data()),
                              turned.size()),
      OSSL_PARAM_construct_end(),
  };
  if (number.empty()) parameters[2] = OSSL_PARAM_construct_end();
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  const bool ok = context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters) == 1;
  Key owned(key);
  if (!ok) return InputError(operation, absl::StrCat("data: no key of ", NameOf(algorithm)));
  return owned;
}

// The point of a private key, which is not written down with it.
absl::StatusOr<std::string> PointOf(absl::string_view operation, KeyAlgorithm algorithm,
                                    absl::string_view number) {
  const Curve curve(EC_GROUP_new_by_curve_name(CurveNumber(algorithm)));
  const BigNumber scalar(BN_bin2bn(Bytes(number), static_cast<int>(number.size()), nullptr));
  if (curve == nullptr || scalar == nullptr) return OpenSslError(operation);
  if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(curve.get())) >= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        operation, ": data: the number is 0 or not below the order of ", NameOf(algorithm)));
  }
  const Point point(EC_POINT_new(curve.get()));
  std::string bytes(2 * number.size() + 1, '\0');
  if (point == nullptr ||
      EC_POINT_mul(curve.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         Bytes(bytes.data()), bytes.size(), nullptr) != bytes.size()) {
    return OpenSslError(operation);
  }
  return bytes;
}

absl::StatusOr<Key> RawPrivateKey(const ImportPrivateKey& request) {
  constexpr absl::string_view kOperation = ImportPrivateKey::kKind;
  absl::StatusOr<KeyAlgorithm> algorithm = RawAlgorithm(kOperation, request.raw_algorithm);
  if (!algorithm.ok()) return algorithm.status();
  const absl::string_view number = request.data.bytes();
  absl::Status status =
      CheckRawSize(kOperation, *algorithm, NumberBytes(*algorithm), number.size());
  if (!status.ok()) return status;
  if (CurveName(*algorithm) != nullptr) {
    absl::StatusOr<std::string> point = PointOf(kOperation, *algorithm, number);
    if (!point.ok()) return point.status();
    return KeyOnCurve(kOperation, *algorithm, *point, number);
  }
  Key key(EVP_PKEY_new_raw_private_key_ex(nullptr, OpenSslName(*algorithm), nullptr, Bytes(number),
                                          number.size()));
  if (key == nullptr) return InputError(kOperation, "data: no raw key");
  return key;
}

absl::StatusOr<Key> RawPublicKey(const ImportPublicKey& request) {
  constexpr absl::string_view kOperation = ImportPublicKey::kKind;
  absl::StatusOr<KeyAlgorithm> algorithm = RawAlgorithm(kOperation, request.raw_algorithm);
  if (!algorithm.ok()) return algorithm.status();
  const absl::string_view data = request.data;
  const bool on_curve = CurveName(*algorithm) != nullptr;
  const size_t size = on_curve ? 2 * NumberBytes(*algorithm) + 1 : NumberBytes(*algorithm);
  absl::Status status = CheckRawSize(kOperation, *algorithm, size, data.size());
  if (!status.ok()) return status;
  if (on_curve) return KeyOnCurve(kOperation, *algorithm, data, {});
  Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, OpenSslName(*algorithm), nullptr, Bytes(data),
                                         data.size()));
  if (key == nullptr) return InputError(kOperation, "data: no raw key");
  return key;
}

// Null, with an error in OpenSSL's queue or none, when there is no key.
Key DerPrivateKey(absl::string_view data, Passphrase& passphrase, bool& trailing) {
  const unsigned char* next = Bytes(data);
  const unsigned char* const end = next + data.size();
  if (Encrypted encrypted(d2i_X509_SIG(nullptr, &next, static_cast<long>(data.size())));
      encrypted != nullptr) {
    trailing = next != end;
    return Key(
        d2i_PKCS8PrivateKey_bio(ReadFrom(data).get(), nullptr, &Passphrase::Give, &passphrase));
  }
  ERR_clear_error();
  next = Bytes(data);
  Key key(d2i_AutoPrivateKey_ex(nullptr, &next, static_cast<long>(data.size()), nullptr, nullptr));
  trailing = key != nullptr && next != end;
  return key;
}

absl::StatusOr<Key> WrittenPrivateKey(const ImportPrivateKey& request) {
  constexpr absl::string_view kOperation = ImportPrivateKey::kKind;
  const absl::string_view data = request.data.bytes();
  Passphrase passphrase{request.passphrase};
  bool trailing = false;
  Key key = request.format == KeyFormat::kPem
                ? Key(PEM_read_bio_PrivateKey(ReadFrom(data).get(), nullptr, &Passphrase::Give,
                                              &passphrase))
                : DerPrivateKey(data, passphrase, trailing);
  if (trailing) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, ": data: there are bytes behind the key"));
  }
  if (key != nullptr) return key;
  if (!passphrase.asked) {
    return InputError(kOperation, request.format == KeyFormat::kPem
                                      ? "data: no private key in PEM"
                                      : "data: no private key in DER");
  }
  if (request.passphrase.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, ": passphrase: the key is encrypted, and none was given"));
  }
  return absl::UnauthenticatedError(
      absl::StrCat(kOperation, ": passphrase: it is not that of the key, or the key is damaged"));
}

absl::StatusOr<Key> WrittenPublicKey(const ImportPublicKey& request) {
  constexpr absl::string_view kOperation = ImportPublicKey::kKind;
  if (request.format == KeyFormat::kPem) {
    Key key(PEM_read_bio_PUBKEY(ReadFrom(request.data).get(), nullptr, nullptr, nullptr));
    if (key == nullptr) return InputError(kOperation, "data: no public key in PEM");
    return key;
  }
  const unsigned char* next = Bytes(request.data);
  Key key(d2i_PUBKEY(nullptr, &next, static_cast<long>(request.data.size())));
  if (key == nullptr) return InputError(kOperation, "data: no public key in DER");
  if (next != Bytes(request.data) + request.data.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, ": data: there are bytes behind the key"));
  }
  return key;
}

}  // namespace

absl::StatusOr<PrivateKey> ReadPrivateKey(const ImportPrivateKey& request) {
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckSize(ImportPrivateKey::kKind, request.data.bytes());
  if (!status.ok()) return status;
  absl::StatusOr<Key> key =
      request.format == KeyFormat::kRaw ? RawPrivateKey(request) : WrittenPrivateKey(request);
  if (!key.ok()) return key.status();
  absl::StatusOr<std::shared_ptr<const KeyData>> data =
      Adopt(absl::StrCat(ImportPrivateKey::kKind, ": data"), *std::move(key), KeyPart::kPrivate,
            request.allow_weak);
  if (!data.ok()) return data.status();
  return PrivateKey(*std::move(data));
}

absl::StatusOr<PublicKey> ReadPublicKey(const ImportPublicKey& request) {
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckSize(ImportPublicKey::kKind, request.data);
  if (!status.ok()) return status;
  absl::StatusOr<Key> key =
      request.format == KeyFormat::kRaw ? RawPublicKey(request) : WrittenPublicKey(request);
  if (!key.ok()) return key.status();
  absl::StatusOr<std::shared_ptr<const KeyData>> data =
      Adopt(absl::StrCat(ImportPublicKey::kKind, ": data"), *std::move(key), KeyPart::kPublic,
            request.allow_weak);
  if (!data.ok()) return data.status();
  return PublicKey(*std::move(data));
}

}  // namespace rondo::crypto::internal
