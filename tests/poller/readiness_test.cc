#include "poller/readiness.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

constexpr Readiness::Bit kEachBit[] = {Readiness::kReadable, Readiness::kUrgent,
                                       Readiness::kWritable, Readiness::kPeerClosed,
                                       Readiness::kHungUp,   Readiness::kError};

TEST(Readiness, ItsBitsAreApart) {
  Readiness all;
  for (const Readiness::Bit bit : kEachBit) {
    EXPECT_FALSE(all.Has(bit)) << bit;
    all |= bit;
    EXPECT_TRUE(all.Has(bit)) << bit;
  }
  EXPECT_EQ(Readiness::FromBits(all.bits()), all);
}

TEST(Readiness, IsASet) {
  constexpr Readiness ready = Readiness::kReadable | Readiness::kError;
  static_assert(!ready.empty());
  static_assert(Readiness().empty());
  static_assert(ready.Has(Readiness::kReadable));
  static_assert(!ready.Has(Readiness::kWritable));
  static_assert(ready.Has(Readiness::kWritable | Readiness::kError), "any of them");
  static_assert(!ready.Has(Readiness()));
  static_assert((ready & (Readiness::kError | Readiness::kHungUp)) == Readiness::kError);
  static_assert((Readiness::kReadable & Readiness::kWritable) == Readiness());
  static_assert((ready | Readiness::kError) == ready);
  static_assert(ready.Without(Readiness::kReadable | Readiness::kWritable) == Readiness::kError);
}

TEST(Readiness, HasWordsForPeople) {
  EXPECT_EQ(Readiness().ToString(), "nothing");
  EXPECT_EQ(Readiness(Readiness::kWritable).ToString(), "writable");
  Readiness all;
  for (const Readiness::Bit bit : kEachBit) all |= bit;
  EXPECT_EQ(absl::StrCat(all), "readable|urgent|writable|peer_closed|hung_up|error");
}

}  // namespace
}  // namespace rondo
