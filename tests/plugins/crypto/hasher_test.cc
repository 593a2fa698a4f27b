#include "plugins/crypto/hasher.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

class HasherTest : public CryptoTest {
 protected:
  Digest Whole(absl::string_view algorithm, absl::string_view data) {
    return internal::ComputeHash(
               algorithms, {.data = std::string(data), .algorithm = std::string(algorithm)}, Never)
        .value();
  }
};

TEST_F(HasherTest, PieceByPiece) {
  for (const absl::string_view algorithm : {"sha256", "sha3-384", "blake2s256", "legacy-md5"}) {
    Hasher hasher = Hasher::Create(algorithm).value();
    hasher.Update("a");
    hasher.Update("");
    hasher.Update("bc");
    EXPECT_EQ(hasher.Finish().value(), Whole(algorithm, "abc"));
  }
}

TEST_F(HasherTest, ACopyGoesOnFromWhereTheOriginalIs) {
  const Hasher unused = Hasher::Create("sha256").value();
  Hasher first = unused;
  first.Update("ab");
  Hasher second = first;
  second.Update("c");
  EXPECT_EQ(first.Finish().value(), Whole("sha256", "ab"));
  EXPECT_EQ(second.Finish().value(), Whole("sha256", "abc"));
  first = unused;
  EXPECT_EQ(first.Finish().value(), Whole("sha256", ""));
}

TEST_F(HasherTest, UnknownAlgorithms) {
  EXPECT_EQ(Hasher::Create("sha-257").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(HasherDeathTest, IsNotUsedAfterItsEnd) {
  Hasher hasher = Hasher::Create("sha256").value();
  const Hasher moved = std::move(hasher);
  EXPECT_DEATH(hasher.Update("x"), "moved from");  // NOLINT(bugprone-use-after-move)
  EXPECT_DEATH(Hasher copy = hasher, "moved from");
}

}  // namespace
}  // namespace rondo::crypto
