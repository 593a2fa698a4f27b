#include "plugins/crypto/pbkdf2.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"

namespace rondo::crypto::internal {
namespace {

absl::Status CheckParameters(const Pbkdf2& request) {
  constexpr int64_t kLeastIterations = 100'000;
  constexpr int64_t kMostLength = int64_t{1} << 20;
  if (request.iterations < 1) {
    return RefuseNumber(Pbkdf2::kKind, "iterations", request.iterations, "less than 1");
  }
  if (request.iterations > std::numeric_limits<int32_t>::max()) {
    return RefuseNumber(Pbkdf2::kKind, "iterations", request.iterations, "more than 2^31 - 1");
  }
  if (request.length < 1) {
    return RefuseNumber(Pbkdf2::kKind, "length", request.length, "less than 1");
  }
  if (request.length > kMostLength) {
    return RefuseNumber(Pbkdf2::kKind, "length", request.length, "more than 1 MiB");
  }
  absl::Status status = CheckInputSize(Pbkdf2::kKind, "password", request.password.bytes());
  if (status.ok()) status = CheckInputSize(Pbkdf2::kKind, "salt", request.salt);
  if (!status.ok() || request.allow_weak) return status;
  if (request.iterations < kLeastIterations) {
    return RefuseWeak(Pbkdf2::kKind, "iterations", request.iterations,
                      "less than 100000, so that passwords could be guessed fast");
  }
  status = CheckSalt(Pbkdf2::kKind, request.salt);
  if (!status.ok()) return status;
  return CheckNotLegacy(Pbkdf2::kKind, request.algorithm);
}

}  // namespace

absl::StatusOr<Secret> DeriveByPbkdf2(Algorithms& algorithms, const Pbkdf2& request) {
  absl::StatusOr<const EVP_MD*> hash = algorithms.Hash(Pbkdf2::kKind, request.algorithm);
  if (!hash.ok()) return hash.status();
  if (absl::Status status = CheckParameters(request); !status.ok()) return status;
  absl::StatusOr<EVP_KDF*> pbkdf2 = algorithms.Kdf(Pbkdf2::kKind, "pbkdf2");
  if (!pbkdf2.ok()) return pbkdf2.status();

  uint64_t iterations = static_cast<uint64_t>(request.iterations);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(*hash)), 0),
      Octets(OSSL_KDF_PARAM_PASSWORD, request.password.bytes()),
      Octets(OSSL_KDF_PARAM_SALT, request.salt),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &iterations),
      OSSL_PARAM_construct_end(),
  };
  return Derive(Pbkdf2::kKind, *pbkdf2, parameters, request.length);
}

}  // namespace rondo::crypto::internal
