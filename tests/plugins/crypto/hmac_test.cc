#include "plugins/crypto/hmac.h"

#include <string>

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

using testing::HasSubstr;

class HmacTest : public CryptoTest {
 protected:
  absl::StatusOr<Digest> Code(const ComputeHmac& request) {
    return internal::ComputeHmacOf(algorithms, request, Never);
  }
};

struct Vector {
  std::string key, data;
  absl::string_view sha224, sha256, sha384, sha512;
};

std::string Counted(char first, char last) {
  std::string text;
  for (char c = first; c <= last; ++c) text += c;
  return text;
}

// RFC 4231, test cases 1 to 4, 6 and 7.
const Vector kVectors[] = {
    {std::string(20, '\x0b'), "Hi There",
     "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
     "faea9ea9076ede7f4af152e8b2fa9cb6",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
    {"Jefe", "what do ya want for nothing?",
     "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
     "8e2240ca5e69e2c78b3239ecfab21649",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {std::string(20, '\xaa'), std::string(50, '\xdd'),
     "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
     "2a5ab39dc13814b94e3ab6e101a34f27",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
     "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
    {Counted(1, 25), std::string(50, '\xcd'),
     "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
     "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
     "6801dd23c4a7d679ccf8a386c674cffb",
     "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
     "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"},
    {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
     "0c2ef6ab4030fe8296248df163f44952",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
    {std::string(131, '\xaa'),
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
     "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
     "a678cc31e799176d3860e6110c46523e",
     "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
     "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"},
};

TEST_F(HmacTest, PublishedVectors) {
  for (const Vector& vector : kVectors) {
    const auto code = [&](absl::string_view algorithm) {
      return HexOf(Code({.key = Secret(vector.key),
                         .data = vector.data,
                         .algorithm = std::string(algorithm),
                         .allow_weak = true}));
    };
    EXPECT_EQ(code("sha224"), vector.sha224);
    EXPECT_EQ(code("sha256"), vector.sha256);
    EXPECT_EQ(code("sha384"), vector.sha384);
    EXPECT_EQ(code("sha512"), vector.sha512);
  }
}

TEST_F(HmacTest, AnEmptyKeyIsNotTheLastOne) {
  ASSERT_TRUE(Code({.key = Secret(std::string(32, 'k')), .data = "abc"}).ok());
  // As `openssl dgst -sha256 -hmac ""` prints it for no data.
  EXPECT_EQ(HexOf(Code({.data = "", .allow_weak = true})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_F(HmacTest, ShortKeysAreRefused) {
  EXPECT_EQ(
      Code({.key = Secret("thirteen chrs"), .data = "abc"}).status(),
      absl::InvalidArgumentError("crypto.hmac: key: 13 bytes are less than 14 (112 bits, NIST "
                                 "SP 800-131A); allow_weak allows it"));
  EXPECT_TRUE(Code({.key = Secret("fourteen chars"), .data = "abc"}).ok());
  EXPECT_THAT(Code({.key = Secret("fourteen chars"), .algorithm = "sha257"}).status().message(),
              HasSubstr("there are sha256"));
}

TEST_F(HmacTest, PieceByPiece) {
  const Secret key(std::string(32, 'k'));
  for (const absl::string_view algorithm : {"sha256", "sha3-512", "blake2b512", "legacy-sha1"}) {
    Hmac unused = Hmac::Create(algorithm, key).value();
    Hmac hmac = unused;
    hmac.Update("a");
    hmac.Update("");
    Hmac half = hmac;
    hmac.Update("bc");
    half.Update("xy");
    const auto whole = [&](absl::string_view data) {
      return Code({.key = key, .data = std::string(data), .algorithm = std::string(algorithm)})
          .value();
    };
    EXPECT_EQ(hmac.Finish().value(), whole("abc"));
    EXPECT_EQ(half.Finish().value(), whole("axy"));
    EXPECT_EQ(unused.Finish().value(), whole(""));
  }
}

TEST_F(HmacTest, VerifiesACode) {
  const Secret key(std::string(32, 'k'));
  const std::string code = Code({.key = key, .data = "abc"})->bytes;
  Hmac unused = Hmac::Create("sha256", key).value();
  const auto verify = [&](absl::string_view data, absl::string_view with) {
    Hmac hmac = unused;
    hmac.Update(data);
    return hmac.Verify(with).code();
  };
  EXPECT_EQ(verify("abc", code), absl::StatusCode::kOk);
  EXPECT_EQ(verify("abd", code), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(verify("abc", code.substr(1)), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(verify("abc", ""), absl::StatusCode::kUnauthenticated);
  std::string changed = code;
  changed[31] = static_cast<char>(changed[31] ^ 1);
  EXPECT_EQ(verify("abc", changed), absl::StatusCode::kUnauthenticated);
}

TEST_F(HmacTest, CreateRefusesWhatTheKindRefuses) {
  EXPECT_EQ(Hmac::Create("sha256", Secret("short")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Hmac::Create("sha256", Secret("short"), {.allow_weak = true}).ok());
  EXPECT_EQ(Hmac::Create("sha-257", Secret(std::string(32, 'k'))).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HmacTest, StopsBetweenPieces) {
  int asked = 0;
  const ComputeHmac request{.key = Secret(std::string(32, 'k')), .data = std::string(3 << 20, 'x')};
  EXPECT_EQ(
      internal::ComputeHmacOf(algorithms, request, [&] { return ++asked == 2; }).status().code(),
      absl::StatusCode::kCancelled);
}

TEST(HmacDeathTest, IsNotUsedAfterItsEnd) {
  Hmac hmac = Hmac::Create("sha256", Secret(std::string(32, 'k'))).value();
  ASSERT_TRUE(hmac.Finish().ok());
  EXPECT_DEATH(hmac.Update("x"), "finished");
}

}  // namespace
}  // namespace rondo::crypto
