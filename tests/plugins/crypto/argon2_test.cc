#include "plugins/crypto/argon2.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

constexpr absl::string_view kSalt = "0123456789abcdef";

absl::StatusOr<Secret> Derived(const Argon2& request) { return internal::DeriveByArgon2(request); }

void ExpectRefused(const Argon2& request, absl::string_view message) {
  EXPECT_EQ(Derived(request).status(),
            absl::InvalidArgumentError(absl::StrCat("crypto.argon2: ", message)));
}

// RFC 9106, section 5.
TEST(Argon2, PublishedVectors) {
  Argon2 request = {.password = Secret(std::string(32, '\x01')),
                    .salt = std::string(16, '\x02'),
                    .memory_kib = 32,
                    .iterations = 3,
                    .lanes = 4,
                    .length = 32,
                    .secret = Secret(std::string(8, '\x03')),
                    .associated_data = std::string(12, '\x04'),
                    .allow_weak = true};
  request.variant = "argon2d";
  EXPECT_EQ(HexOf(Derived(request)),
            "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb");
  request.variant = "argon2i";
  EXPECT_EQ(HexOf(Derived(request)),
            "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8");
  request.variant = "argon2id";
  EXPECT_EQ(HexOf(Derived(request)),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

TEST(Argon2, WhatIsOutOfRange) {
  ExpectRefused({.variant = "argon2x"},
                "no variant \"argon2x\"; there are argon2id, argon2i, argon2d");
  ExpectRefused({.iterations = 0}, "iterations is 0, less than 1");
  ExpectRefused({.iterations = int64_t{1} << 32}, "iterations is 4294967296, more than 4294967295");
  ExpectRefused({.lanes = 0}, "lanes is 0, less than 1");
  ExpectRefused({.memory_kib = 31}, "memory_kib is 31, less than 32");
  ExpectRefused({.memory_kib = -1}, "memory_kib is -1, less than 32");
  ExpectRefused({.length = 3}, "length is 3, less than 4");
  ExpectRefused({.length = int64_t{1} << 40}, "length is 1099511627776, more than 1048576");
  ExpectRefused({.salt = "1234567", .allow_weak = true}, "salt: 7 bytes are less than 8");
}

TEST(Argon2, WhatIsWeak) {
  const std::string salt(kSalt);
  ExpectRefused({.salt = salt, .memory_kib = 7167},
                "memory_kib is 7167, less than 7 MiB; allow_weak allows it");
  ExpectRefused({.salt = salt, .memory_kib = 7168, .iterations = 4},
                "iterations is 4, less than 7168 KiB need (as much work as 5 with 7 MiB); "
                "allow_weak allows it");
  ExpectRefused({.salt = salt.substr(1)},
                "salt: 15 bytes are less than 16 (NIST SP 800-132); allow_weak allows it");
  // OWASP's choices.
  for (const auto& [mib, iterations] : {std::pair(46, 1), {19, 2}, {12, 3}, {9, 4}, {7, 5}}) {
    const auto key =
        Derived({.salt = salt, .memory_kib = mib * 1024, .iterations = iterations, .lanes = 1});
    EXPECT_TRUE(key.ok()) << key.status();
  }
}

TEST(Argon2, MemoryIsLimited) {
  const absl::Status status = Derived({.salt = std::string(kSalt), .memory_kib = 262'145}).status();
  EXPECT_EQ(status, absl::ResourceExhaustedError(
                        "crypto.argon2: takes 268436480 bytes of memory, more than 268435456 "
                        "(max_memory_bytes)"));
  EXPECT_EQ(Derived({.salt = std::string(kSalt), .max_memory_bytes = -1}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace rondo::crypto
