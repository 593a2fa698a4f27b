#include "poller/wake_fd.h"

#include <atomic>
#include <thread>

#include "absl/base/optimization.h"
#include "gtest/gtest.h"
#include "tests/poller/testing.h"

namespace rondo {
namespace {

class WakeFdTest : public testing::Test {
 protected:
  WakeFdTest() { EXPECT_TRUE(wake_.Open().ok()); }

  WakeFd wake_;
};

TEST_F(WakeFdTest, E6_WakesOfAnAwakeWaiterCoalesceAndWriteNothing) {
  for (int i = 0; i < 3; ++i) wake_.Wake();
  EXPECT_FALSE(wake_.BeginSleep());
  wake_.EndSleep();
  EXPECT_TRUE(wake_.BeginSleep()) << "one sleep was forbidden, not two";
  EXPECT_EQ(wake_.writes(), 0);
  EXPECT_FALSE(IsReadable(wake_.fd()));
}

TEST_F(WakeFdTest, E6_WakesOfASleeperCoalesceIntoOneWrite) {
  for (int sleep = 1; sleep <= 3; ++sleep) {
    ASSERT_TRUE(wake_.BeginSleep());
    for (int i = 0; i < 3; ++i) wake_.Wake();
    EXPECT_EQ(wake_.writes(), sleep);
    EXPECT_TRUE(IsReadable(wake_.fd()));
    wake_.EndSleep();
  }
}

TEST_F(WakeFdTest, E6_AWakeAfterTheSleepIsForTheNextOne) {
  ASSERT_TRUE(wake_.BeginSleep());
  wake_.EndSleep();
  wake_.Wake();
  EXPECT_EQ(wake_.writes(), 0);
  EXPECT_FALSE(wake_.BeginSleep());
}

TEST_F(WakeFdTest, E6_LookingTakesTheWakes) {
  wake_.Wake();
  wake_.EndSleep();  // of one who only looks
  EXPECT_TRUE(wake_.BeginSleep());
}

TEST_F(WakeFdTest, ASleepThatWasAnnouncedTwiceIsOne) {
  ASSERT_TRUE(wake_.BeginSleep());
  ASSERT_TRUE(wake_.BeginSleep());
  wake_.Wake();
  EXPECT_EQ(wake_.writes(), 1);
  wake_.EndSleep();
  wake_.Wake();
  EXPECT_EQ(wake_.writes(), 1);
}

TEST_F(WakeFdTest, ArmedItIsReadableOnceItIsWoken) {
  wake_.Arm();
  EXPECT_FALSE(IsReadable(wake_.fd()));
  wake_.Wake();
  EXPECT_TRUE(IsReadable(wake_.fd()));
}

TEST_F(WakeFdTest, ArmedAfterAWakeItIsReadableAtOnce) {
  wake_.Wake();
  EXPECT_FALSE(IsReadable(wake_.fd()));
  wake_.Arm();
  EXPECT_TRUE(IsReadable(wake_.fd()));
}

// A publisher wakes one who was woken already and is about to take it: whoever then looks must
// either find what was published or be kept from the next sleep.
TEST_F(WakeFdTest, E6_AWakeOverAWakeIsNotLostEither) {
  constexpr int kRounds = 50'000;
  // Relaxed, all three: only Wake and EndSleep are to put what is tested into order. Apart, so
  // that one's cache line does not hold the other up.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<int> begun = 0;      // Written by the waiter.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<int> published = 0;  // Written by the publisher.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<int> woken = 0;      // Written by the publisher.
  const auto await = [](const std::atomic<int>& value, int round) {
    for (int i = 0; value.load(std::memory_order_relaxed) < round; ++i) {
      if (i % 256 == 255) std::this_thread::yield();
    }
  };
  std::thread publisher([&] {
    for (int round = 1; round <= kRounds; ++round) {
      await(begun, round);
      published.store(round, std::memory_order_relaxed);
      wake_.Wake();
      woken.store(round, std::memory_order_relaxed);
    }
  });
  int lost = 0;
  for (int round = 1; round <= kRounds; ++round) {
    wake_.Wake();
    begun.store(round, std::memory_order_relaxed);
    // Some time, another one in each round, for the publisher to come close.
    for (int i = 0; i < round % 256; ++i) published.load(std::memory_order_relaxed);
    wake_.EndSleep();
    const bool seen = published.load(std::memory_order_relaxed) == round;
    await(woken, round);
    if (wake_.BeginSleep() && !seen) ++lost;
    wake_.EndSleep();
  }
  publisher.join();
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace rondo
