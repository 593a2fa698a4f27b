#include "plugins/crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"

namespace rondo::crypto::internal {
namespace {

absl::Status CheckParameters(const Hkdf& request, int64_t hash_bytes) {
  constexpr size_t kMostInfoBytes = 1024;
  constexpr size_t kLeastKeyBytes = 14;
  if (request.length < 1) {
    return RefuseNumber(Hkdf::kKind, "length", request.length, "less than 1");
  }
  if (request.length > 255 * hash_bytes) {
    return RefuseNumber(Hkdf::kKind, "length", request.length,
                        absl::StrCat("more than 255 times ", hash_bytes));
  }
  if (request.info.size() > kMostInfoBytes) {
    return absl::InvalidArgumentError(absl::StrCat(Hkdf::kKind, ": info: ", request.info.size(),
                                                   " bytes are more than ", kMostInfoBytes));
  }
  absl::Status status = CheckInputSize(Hkdf::kKind, "key", request.key.bytes());
  if (status.ok()) status = CheckInputSize(Hkdf::kKind, "salt", request.salt);
  if (!status.ok() || request.allow_weak) return status;
  if (request.key.size() < kLeastKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(Hkdf::kKind, ": key: ", request.key.size(), " bytes are less than ",
                     kLeastKeyBytes, " (112 bits, NIST SP 800-131A); allow_weak allows it"));
  }
  return CheckNotLegacy(Hkdf::kKind, request.algorithm);
}

}  // namespace

absl::StatusOr<Secret> DeriveByHkdf(Algorithms& algorithms, const Hkdf& request) {
  absl::StatusOr<const EVP_MD*> hash = algorithms.Hash(Hkdf::kKind, request.algorithm);
  if (!hash.ok()) return hash.status();
  absl::Status status = CheckParameters(request, EVP_MD_get_size(*hash));
  if (!status.ok()) return status;
  absl::StatusOr<EVP_KDF*> hkdf = algorithms.Kdf(Hkdf::kKind, "hkdf");
  if (!hkdf.ok()) return hkdf.status();

  int mode = EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(*hash)), 0),
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      Octets(OSSL_KDF_PARAM_KEY, request.key.bytes()),
      Octets(OSSL_KDF_PARAM_SALT, request.salt),
      Octets(OSSL_KDF_PARAM_INFO, request.info),
      OSSL_PARAM_construct_end(),
  };
  return Derive(Hkdf::kKind, *hkdf, parameters, request.length);
}

}  // namespace rondo::crypto::internal
