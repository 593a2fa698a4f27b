#include "plugins/crypto/random.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

using testing::MatchesRegex;
using testing::StartsWith;

class RandomTest : public CryptoTest {};

constexpr absl::string_view kVersion4 =
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
constexpr absl::string_view kVersion7 =
    "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

TEST_F(RandomTest, BytesDiffer) {
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) all.insert(internal::MakeRandomBytes({.size = 16}, Never).value());
  EXPECT_EQ(all.size(), size_t{100});
  EXPECT_EQ(internal::MakeRandomBytes({.size = 0}, Never).value(), "");
  EXPECT_EQ(internal::MakeRandomBytes({.size = 3'000'000}, Never)->size(), size_t{3'000'000});
}

TEST_F(RandomTest, SizesOutOfRange) {
  EXPECT_EQ(internal::MakeRandomBytes({.size = -1}, Never).status(),
            absl::InvalidArgumentError("crypto.random_bytes: size is -1, less than 0"));
  EXPECT_EQ(internal::MakeRandomBytes({.size = (1 << 30) + 1}, Never).status(),
            absl::InvalidArgumentError("crypto.random_bytes: size is 1073741825, more than 1 GiB"));
  EXPECT_EQ(internal::MakeSecret({.size = 13}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::MakeSecret({.size = (1 << 20) + 1}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(RandomTest, StopsBetweenPieces) {
  int asked = 0;
  EXPECT_EQ(
      internal::MakeRandomBytes({.size = 10 << 20}, [&] { return ++asked == 3; }).status().code(),
      absl::StatusCode::kCancelled);
}

TEST_F(RandomTest, SecretsDiffer) {
  const Secret secret = internal::MakeSecret({}).value();
  EXPECT_EQ(secret.size(), size_t{32});
  EXPECT_FALSE(secret == internal::MakeSecret({}).value());
}

TEST_F(RandomTest, UuidsOfVersion4) {
  internal::UuidMaker maker;
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = maker.Make({}, 0).value();
    EXPECT_THAT(uuid, MatchesRegex(std::string(kVersion4)));
    all.insert(uuid);
  }
  EXPECT_EQ(all.size(), size_t{100});
}

TEST_F(RandomTest, UuidsOfVersion7BeginWithTheTime) {
  internal::UuidMaker maker;
  // RFC 9562, A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
  const std::string uuid = maker.Make({.version = 7}, 1645557742000).value();
  EXPECT_THAT(uuid, MatchesRegex(std::string(kVersion7)));
  EXPECT_THAT(uuid, StartsWith("017f22e2-79b0-7"));
}

TEST_F(RandomTest, UuidsOfVersion7SortWithinAMillisecondAndWhenTheClockIsSetBack) {
  internal::UuidMaker maker;
  std::string last;
  for (int i = 0; i < 20'000; ++i) {
    std::string uuid = maker.Make({.version = 7}, i < 10'000 ? 1'000'000 : 999'000).value();
    ASSERT_THAT(uuid, MatchesRegex(std::string(kVersion7)));
    ASSERT_LT(last, uuid);
    last = std::move(uuid);
  }
  EXPECT_THAT(maker.Make({.version = 7}, 2'000'000).value(), StartsWith("0000001e-8480-7"));
  EXPECT_THAT(maker.Make({.version = 7}, 0x1234567890ab).value(), StartsWith("12345678-90ab-7"));
}

TEST_F(RandomTest, NoOtherVersion) {
  internal::UuidMaker maker;
  for (const int32_t version : {-1, 0, 1, 5, 8}) {
    EXPECT_EQ(maker.Make({.version = version}, 0).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace rondo::crypto
