#include "plugins/crypto/scrypt.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

using testing::StartsWith;

class ScryptTest : public CryptoTest {
 protected:
  absl::StatusOr<Secret> Derived(const Scrypt& request) {
    return internal::DeriveByScrypt(algorithms, request);
  }
  std::string HexOf(const Scrypt& request) {
    const absl::StatusOr<Secret> key = Derived(request);
    return key.ok() ? ToHex(key->bytes()) : key.status().ToString();
  }
  void ExpectRefused(const Scrypt& request, absl::string_view message) {
    EXPECT_EQ(Derived(request).status(),
              absl::InvalidArgumentError(absl::StrCat("crypto.scrypt: ", message)));
  }
};

// RFC 7914, section 12, but for the vector that takes 1 GiB.
TEST_F(ScryptTest, PublishedVectors) {
  EXPECT_EQ(HexOf({.n = 16, .r = 1, .p = 1, .length = 64, .allow_weak = true}),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(HexOf({.password = Secret("password"),
                   .salt = "NaCl",
                   .n = 1024,
                   .r = 8,
                   .p = 16,
                   .length = 64,
                   .allow_weak = true}),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(HexOf({.password = Secret("pleaseletmein"),
                   .salt = "SodiumChloride",
                   .n = 16384,
                   .r = 8,
                   .p = 1,
                   .length = 64,
                   .allow_weak = true}),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST_F(ScryptTest, AnyLengthBeginsTheSame) {
  const std::string longest = HexOf({.n = 16, .r = 1, .p = 1, .length = 100, .allow_weak = true});
  for (const int64_t length : {1, 31, 32, 33}) {
    EXPECT_EQ(HexOf({.n = 16, .r = 1, .p = 1, .length = length, .allow_weak = true}),
              longest.substr(0, static_cast<size_t>(2 * length)));
  }
}

TEST_F(ScryptTest, ParametersOutOfRangeAreNamed) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  for (const int64_t n : {int64_t{-2}, int64_t{0}, int64_t{1}, int64_t{3}, int64_t{16383}, kMax,
                          std::numeric_limits<int64_t>::min()}) {
    ExpectRefused({.n = n}, absl::StrCat("n is ", n, ", not a power of 2 above 1"));
  }
  ExpectRefused({.n = 1 << 16, .r = 1}, "n is 65536, not below 2^(16 r)");
  ExpectRefused({.n = int64_t{1} << 48, .r = 3}, "n is 281474976710656, not below 2^(16 r)");
  ExpectRefused({.r = 0}, "r is 0, less than 1");
  ExpectRefused({.r = -1}, "r is -1, less than 1");
  ExpectRefused({.p = 0}, "p is 0, less than 1");
  ExpectRefused({.r = kMax}, absl::StrCat("r is ", kMax, ", but r p must be below 2^30"));
  ExpectRefused({.r = 1 << 15, .p = 1 << 15}, "p is 32768, but r p must be below 2^30");
  ExpectRefused({.length = 0}, "length is 0, less than 1");
  ExpectRefused({.length = kMax}, absl::StrCat("length is ", kMax, ", more than scrypt gives"));
}

TEST_F(ScryptTest, WeakParametersAreRefused) {
  const std::string salt = "0123456789abcdef";
  // OWASP's choices, from much memory to little.
  for (const auto& [n, p] : {std::pair(17, 1), {16, 2}, {15, 3}, {14, 5}, {13, 10}}) {
    EXPECT_TRUE(Derived({.salt = salt, .n = 1 << n, .p = p}).ok()) << n;
  }
  ExpectRefused({.salt = salt, .n = 1 << 12, .p = 100},
                "n is 4096, but 128 n r must be 8 MiB or more; allow_weak allows it");
  ExpectRefused({.salt = salt, .n = 1 << 14, .p = 4},
                "p is 4, but n r p must be 655360 or more; allow_weak allows it");
  ExpectRefused({.salt = salt.substr(1)},
                "salt: 15 bytes are less than 16 (NIST SP 800-132); allow_weak allows it");
}

TEST_F(ScryptTest, MemoryIsLimited) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  // 128 r (n + 2 + p) + length.
  const int64_t needed = 128 * 8 * (1024 + 2 + 16) + 64;
  Scrypt request = {
      .n = 1024, .r = 8, .p = 16, .length = 64, .max_memory_bytes = needed, .allow_weak = true};
  EXPECT_TRUE(Derived(request).ok());
  request.max_memory_bytes = needed - 1;
  absl::Status status = Derived(request).status();
  EXPECT_EQ(status, absl::ResourceExhaustedError(absl::StrCat("crypto.scrypt: takes ", needed,
                                                              " bytes of memory, more than ",
                                                              needed - 1, " (max_memory_bytes)")));
  for (const Scrypt& huge :
       {Scrypt{.n = int64_t{1} << 62, .r = (1 << 30) - 1, .max_memory_bytes = kMax},
        Scrypt{.p = (1 << 27) - 1}, Scrypt{.length = int64_t{1} << 36}, Scrypt{.n = 1 << 20},
        Scrypt{.max_memory_bytes = 0}, Scrypt{.max_memory_bytes = -1}}) {
    status = Derived(huge).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_THAT(status.message(), StartsWith("crypto.scrypt: takes "));
  }
}

}  // namespace
}  // namespace rondo::crypto
