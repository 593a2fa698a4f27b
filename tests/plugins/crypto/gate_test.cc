#include "plugins/crypto/gate.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo::crypto::internal {
namespace {

using testing::ElementsAre;

class GateTest : public testing::Test {
 protected:
  int64_t Enter(int who) {
    return gate_->Admit([this, who](Gate::Place place) {
      order_.push_back(who);
      inside_.push_back(std::move(place));
    });
  }

  // The last who entered; whoever enters then must find `inside_` whole.
  void Leave() {
    const Gate::Place last = std::move(inside_.back());
    inside_.pop_back();
  }

  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>(2);
  std::vector<int> order_;
  std::vector<Gate::Place> inside_;
};

TEST_F(GateTest, SoManyAreInsideAndTheOthersEnterInTheirOrder) {
  for (const int who : {1, 2, 3, 4}) Enter(who);
  EXPECT_THAT(order_, ElementsAre(1, 2));
  Leave();
  EXPECT_THAT(order_, ElementsAre(1, 2, 3));
  while (!inside_.empty()) Leave();
  EXPECT_THAT(order_, ElementsAre(1, 2, 3, 4));
}

TEST_F(GateTest, WhoeverIsForgottenDoesNotEnter) {
  Enter(1);
  Enter(2);
  const int64_t third = Enter(3);
  Enter(4);
  gate_->Forget(third);
  gate_->Forget(third);
  gate_->Forget(1);  // Inside, so there is nothing to forget.
  Leave();
  EXPECT_THAT(order_, ElementsAre(1, 2, 4));
}

TEST_F(GateTest, WhoeverLeavesAtOnceLetsTheNextInWithoutDepth) {
  Enter(1);
  Enter(2);
  int passed = 0;
  for (int i = 0; i < 1'000'000; ++i) gate_->Admit([&passed](Gate::Place) { ++passed; });
  EXPECT_EQ(passed, 0);
  Leave();
  EXPECT_EQ(passed, 1'000'000);
}

TEST_F(GateTest, LivesAsLongAsSomebodyIsInside) {
  auto gate = std::make_shared<Gate>(1);
  const std::weak_ptr<Gate> watch = gate;
  {
    std::vector<Gate::Place> inside;
    gate->Admit([&inside](Gate::Place place) { inside.push_back(std::move(place)); });
    gate.reset();
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace rondo::crypto::internal
