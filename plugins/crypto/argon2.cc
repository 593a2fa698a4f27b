#include "plugins/crypto/argon2.h"

#include <argon2.h>

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"

namespace rondo::crypto::internal {
namespace {

absl::StatusOr<argon2_type> Variant(absl::string_view name) {
  if (name == "argon2id") return Argon2_id;
  if (name == "argon2i") return Argon2_i;
  if (name == "argon2d") return Argon2_d;
  return absl::InvalidArgumentError(absl::StrCat(Argon2::kKind, ": no variant \"",
                                                 absl::Utf8SafeCEscape(name.substr(0, 100)),
                                                 "\"; there are argon2id, argon2i, argon2d"));
}

absl::Status CheckRange(absl::string_view parameter, int64_t value, int64_t least, int64_t most) {
  if (value < least) {
    return RefuseNumber(Argon2::kKind, parameter, value, absl::StrCat("less than ", least));
  }
  if (value > most) {
    return RefuseNumber(Argon2::kKind, parameter, value, absl::StrCat("more than ", most));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const Argon2& request) {
  constexpr size_t kLeastSaltBytes = 8;
  if (request.salt.size() < kLeastSaltBytes) {
    return absl::InvalidArgumentError(absl::StrCat(Argon2::kKind, ": salt: ", request.salt.size(),
                                                   " bytes are less than ", kLeastSaltBytes));
  }
  absl::Status status = CheckInputSize(Argon2::kKind, "password", request.password.bytes());
  if (status.ok()) status = CheckInputSize(Argon2::kKind, "salt", request.salt);
  if (status.ok()) status = CheckInputSize(Argon2::kKind, "secret", request.secret.bytes());
  if (status.ok()) {
    status = CheckInputSize(Argon2::kKind, "associated_data", request.associated_data);
  }
  return status;
}

absl::Status CheckParameters(const Argon2& request) {
  absl::Status status = CheckRange("lanes", request.lanes, 1, 0xffffff);
  if (status.ok()) status = CheckRange("iterations", request.iterations, 1, 0xffffffff);
  if (status.ok()) {
    status = CheckRange("memory_kib", request.memory_kib, 8 * request.lanes, 0xffffffff);
  }
  if (status.ok()) status = CheckRange("length", request.length, 4, int64_t{1} << 20);
  if (status.ok()) status = CheckSizes(request);
  return status;
}

absl::Status CheckStrength(const Argon2& request) {
  constexpr int64_t kLeastKib = 7 << 10;
  constexpr int64_t kLeastWork = 5 * kLeastKib;
  if (request.allow_weak) return absl::OkStatus();
  if (request.memory_kib < kLeastKib) {
    return RefuseWeak(Argon2::kKind, "memory_kib", request.memory_kib, "less than 7 MiB");
  }
  if (request.iterations < kLeastWork / request.memory_kib &&
      request.memory_kib * request.iterations < kLeastWork) {
    return RefuseWeak(
        Argon2::kKind, "iterations", request.iterations,
        absl::StrCat("less than ", request.memory_kib, " KiB need (as much work as 5 with 7 MiB)"));
  }
  return CheckSalt(Argon2::kKind, request.salt);
}

// The library only reads what it is given so, without the flags that clear it.
uint8_t* Input(absl::string_view bytes) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
}

}  // namespace

absl::StatusOr<Secret> DeriveByArgon2(const Argon2& request) {
  absl::StatusOr<argon2_type> variant = Variant(request.variant);
  if (!variant.ok()) return variant.status();
  if (absl::Status status = CheckParameters(request); !status.ok()) return status;
  if (request.memory_kib * 1024 > std::max<int64_t>(request.max_memory_bytes, 0)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        Argon2::kKind, ": takes ", request.memory_kib * 1024, " bytes of memory, more than ",
        request.max_memory_bytes, " (max_memory_bytes)"));
  }
  if (absl::Status status = CheckStrength(request); !status.ok()) return status;

  Secret key = Secret::OfSize(static_cast<size_t>(request.length));
  argon2_context context = {};
  context.out = reinterpret_cast<uint8_t*>(key.mutable_bytes().data());
  context.outlen = static_cast<uint32_t>(key.size());
  context.pwd = Input(request.password.bytes());
  context.pwdlen = static_cast<uint32_t>(request.password.size());
  context.salt = Input(request.salt);
  context.saltlen = static_cast<uint32_t>(request.salt.size());
  context.secret = Input(request.secret.bytes());
  context.secretlen = static_cast<uint32_t>(request.secret.size());
  context.ad = Input(request.associated_data);
  context.adlen = static_cast<uint32_t>(request.associated_data.size());
  context.t_cost = static_cast<uint32_t>(request.iterations);
  context.m_cost = static_cast<uint32_t>(request.memory_kib);
  context.lanes = static_cast<uint32_t>(request.lanes);
  context.threads = 1;  // The pool's, and none of its own.
  context.version = ARGON2_VERSION_13;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const int error = argon2_ctx(&context, *variant);
  if (error == ARGON2_OK) return key;
  const std::string message = absl::StrCat(Argon2::kKind, ": ", argon2_error_message(error));
  return error == ARGON2_MEMORY_ALLOCATION_ERROR ? absl::ResourceExhaustedError(message)
                                                 : absl::InternalError(message);
}

}  // namespace rondo::crypto::internal
