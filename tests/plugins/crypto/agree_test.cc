#include "plugins/crypto/agree.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using internal::AgreeOnSecret;

class AgreeTest : public CryptoTest {};

// RFC 7748, 5.2 and 6.1.
TEST_F(AgreeTest, PublishedVectorsOfX25519) {
  const auto agree = [](absl::string_view key, absl::string_view peer) {
    return HexOf(AgreeOnSecret({.key = RawPrivate(KeyAlgorithm::kX25519, key),
                                .peer = RawPublic(KeyAlgorithm::kX25519, peer)}));
  };
  EXPECT_EQ(agree("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_EQ(agree("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                  "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  EXPECT_EQ(agree("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
                  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

// NIST CAVP, KAS ECC CDH primitive, P-256, count 0.
TEST_F(AgreeTest, PublishedVectorOfP256) {
  EXPECT_EQ(
      HexOf(AgreeOnSecret(
          {.key = RawPrivate(KeyAlgorithm::kP256,
                             "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"),
           .peer = RawPublic(KeyAlgorithm::kP256,
                             "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
                             "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac")})),
      "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b");
}

TEST_F(AgreeTest, BothComeToTheSame) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kX25519, KeyAlgorithm::kP256, KeyAlgorithm::kP384}) {
    const PrivateKey alice = NewKey(algorithm);
    const PrivateKey bob = NewKey(algorithm);
    EXPECT_TRUE(AgreeOnSecret({.key = alice, .peer = bob.public_key()}).value() ==
                AgreeOnSecret({.key = bob, .peer = alice.public_key()}).value());
  }
}

// RFC 7748, 6.1: the result would be zero. Points of order 1, 2, 4 and 8.
TEST_F(AgreeTest, PointsOfLowOrderAreRefused) {
  for (const absl::string_view point :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"}) {
    const absl::Status status = AgreeOnSecret({.key = NewKey(KeyAlgorithm::kX25519),
                                               .peer = RawPublic(KeyAlgorithm::kX25519, point)})
                                    .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), testing::HasSubstr("crypto.agree: peer: a point of low order"));
  }
}

TEST_F(AgreeTest, KeysThatDoNotFit) {
  const PrivateKey p256 = NewKey(KeyAlgorithm::kP256);
  EXPECT_EQ(AgreeOnSecret({.peer = p256.public_key()}).status(),
            absl::InvalidArgumentError("crypto.agree: key: no key was given"));
  EXPECT_EQ(AgreeOnSecret({.key = p256}).status(),
            absl::InvalidArgumentError("crypto.agree: peer: no key was given"));
  EXPECT_EQ(
      AgreeOnSecret({.key = p256, .peer = NewKey(KeyAlgorithm::kX25519).public_key()}).status(),
      absl::InvalidArgumentError(
          "crypto.agree: peer: a key of x25519 does not agree with one of p256"));
  const PrivateKey signs = NewKey(KeyAlgorithm::kEd25519);
  EXPECT_EQ(AgreeOnSecret({.key = signs, .peer = signs.public_key()}).status(),
            absl::InvalidArgumentError("crypto.agree: key: one of ed25519 agrees with none"));
}

}  // namespace
}  // namespace rondo::crypto
