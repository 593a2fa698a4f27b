#include "plugins/crypto/scrypt.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"

namespace rondo::crypto::internal {
namespace {

absl::Status Refuse(absl::string_view parameter, int64_t value, absl::string_view why) {
  return RefuseNumber(Scrypt::kKind, parameter, value, why);
}

absl::Status CheckParameters(const Scrypt& request) {
  constexpr int64_t kMaxRP = (int64_t{1} << 30) - 1;
  constexpr int64_t kMaxLength = ((int64_t{1} << 32) - 1) * 32;
  const uint64_t n = static_cast<uint64_t>(request.n);
  if (request.n < 2 || !absl::has_single_bit(n)) {
    return Refuse("n", request.n, "not a power of 2 above 1");
  }
  if (request.r < 1) return Refuse("r", request.r, "less than 1");
  if (request.p < 1) return Refuse("p", request.p, "less than 1");
  if (request.r > kMaxRP) return Refuse("r", request.r, "but r p must be below 2^30");
  if (request.p > kMaxRP / request.r) return Refuse("p", request.p, "but r p must be below 2^30");
  if (request.r < 4 && (n >> (16 * request.r)) != 0) {
    return Refuse("n", request.n, "not below 2^(16 r)");
  }
  if (request.length < 1) return Refuse("length", request.length, "less than 1");
  if (request.length > kMaxLength)
    return Refuse("length", request.length, "more than scrypt gives");
  absl::Status status = CheckInputSize(Scrypt::kKind, "password", request.password.bytes());
  if (status.ok()) status = CheckInputSize(Scrypt::kKind, "salt", request.salt);
  return status;
}

// The table, the blocks, and the key.
absl::uint128 MemoryFor(const Scrypt& request) {
  const absl::uint128 block = absl::uint128(128) * request.r;
  return block * (absl::uint128(request.n) + 2 + request.p) + request.length;
}

// OWASP's choices, of which each is good enough, go from n = 2^17 with p = 1 down to 2^13 with 10.
absl::Status CheckStrength(const Scrypt& request) {
  constexpr int64_t kLeastBlocks = 8 << 13;
  constexpr int64_t kLeastWork = 5 * (8 << 14);
  if (request.allow_weak) return absl::OkStatus();
  const absl::uint128 blocks = absl::uint128(request.n) * request.r;
  if (blocks < kLeastBlocks) {
    return RefuseWeak(Scrypt::kKind, "n", request.n, "but 128 n r must be 8 MiB or more");
  }
  if (blocks * request.p < kLeastWork) {
    return RefuseWeak(Scrypt::kKind, "p", request.p, "but n r p must be 655360 or more");
  }
  return CheckSalt(Scrypt::kKind, request.salt);
}

}  // namespace

absl::StatusOr<Secret> DeriveByScrypt(Algorithms& algorithms, const Scrypt& request) {
  if (absl::Status status = CheckParameters(request); !status.ok()) return status;
  const absl::uint128 memory = MemoryFor(request);
  if (memory > absl::uint128(std::max<int64_t>(request.max_memory_bytes, 0))) {
    return absl::ResourceExhaustedError(
        absl::StrCat(Scrypt::kKind, ": takes ", memory, " bytes of memory, more than ",
                     request.max_memory_bytes, " (max_memory_bytes)"));
  }
  if (absl::Status status = CheckStrength(request); !status.ok()) return status;
  absl::StatusOr<EVP_KDF*> scrypt = algorithms.Kdf(Scrypt::kKind, "scrypt");
  if (!scrypt.ok()) return scrypt.status();

  uint64_t n = static_cast<uint64_t>(request.n);
  uint64_t r = static_cast<uint64_t>(request.r);
  uint64_t p = static_cast<uint64_t>(request.p);
  uint64_t max_memory = static_cast<uint64_t>(memory);
  const OSSL_PARAM parameters[] = {
      Octets(OSSL_KDF_PARAM_PASSWORD, request.password.bytes()),
      Octets(OSSL_KDF_PARAM_SALT, request.salt),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max_memory),
      OSSL_PARAM_construct_end(),
  };
  return Derive(Scrypt::kKind, *scrypt, parameters, request.length);
}

}  // namespace rondo::crypto::internal
