#include "plugins/crypto/hkdf.h"

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

class HkdfTest : public CryptoTest {
 protected:
  absl::StatusOr<Secret> Derived(const Hkdf& request) {
    return internal::DeriveByHkdf(algorithms, request);
  }
  void ExpectRefused(const Hkdf& request, absl::string_view message) {
    EXPECT_EQ(Derived(request).status(),
              absl::InvalidArgumentError(absl::StrCat("crypto.hkdf: ", message)));
  }
};

std::string Counted(int first, int last) {
  std::string text;
  for (int c = first; c <= last; ++c) text += static_cast<char>(c);
  return text;
}

// RFC 5869, A.1 to A.4.
TEST_F(HkdfTest, PublishedVectors) {
  EXPECT_EQ(HexOf(Derived({.key = Secret(std::string(22, '\x0b')),
                           .salt = Counted(0, 0x0c),
                           .info = Counted(0xf0, 0xf9),
                           .length = 42})),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(HexOf(Derived({.key = Secret(Counted(0, 0x4f)),
                           .salt = Counted(0x60, 0xaf),
                           .info = Counted(0xb0, 0xff),
                           .length = 82})),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(HexOf(Derived({.key = Secret(std::string(22, '\x0b')), .length = 42})),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  EXPECT_EQ(HexOf(Derived({.key = Secret(std::string(11, '\x0b')),
                           .salt = Counted(0, 0x0c),
                           .info = Counted(0xf0, 0xf9),
                           .length = 42,
                           .algorithm = "legacy-sha1",
                           .allow_weak = true})),
            "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896");
}

TEST_F(HkdfTest, WhatIsOutOfRange) {
  const Secret key(std::string(32, 'k'));
  ExpectRefused({.key = key, .length = 0}, "length is 0, less than 1");
  ExpectRefused({.key = key, .length = -1}, "length is -1, less than 1");
  EXPECT_TRUE(Derived({.key = key, .length = 255 * 32}).ok());
  ExpectRefused({.key = key, .length = 255 * 32 + 1}, "length is 8161, more than 255 times 32");
  EXPECT_TRUE(Derived({.key = key, .info = std::string(1024, 'i')}).ok());
  ExpectRefused({.key = key, .info = std::string(1025, 'i')},
                "info: 1025 bytes are more than 1024");
}

TEST_F(HkdfTest, WhatIsWeak) {
  ExpectRefused(
      {.key = Secret(std::string(13, 'k'))},
      "key: 13 bytes are less than 14 (112 bits, NIST SP 800-131A); allow_weak allows it");
  ExpectRefused({.key = Secret(std::string(14, 'k')), .algorithm = "legacy-md5"},
                "algorithm: legacy-md5 is broken; allow_weak allows it");
  EXPECT_TRUE(Derived({.allow_weak = true}).ok());
}

}  // namespace
}  // namespace rondo::crypto
