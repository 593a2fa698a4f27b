#include "runtime/nearest_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestNames, TheLikeliestFirstAtMostThree) {
  EXPECT_THAT(NearestNames("paht", {"path", "data", "pat"}), ElementsAre("pat", "path"));
  EXPECT_THAT(NearestNames("a", {"b", "a", "c", "d"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(NearestNames("fs.read", {"net.connect"}), IsEmpty());
}

TEST(NearestNames, DidYouMeanIsTheEndOfAMessage) {
  EXPECT_EQ(DidYouMean("pth", {"path"}), "; did you mean path?");
  EXPECT_EQ(DidYouMean("pth", {"algorithm"}), "");
}

}  // namespace
}  // namespace rondo
