#include "timers/timer_wheel.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();

static_assert(sizeof(WheelTimer) <= 48);

// Takes all that has expired.
std::vector<WheelTimer*> TakeAll(TimerWheel& wheel) {
  std::vector<WheelTimer*> taken;
  while (WheelTimer* timer = wheel.TakeExpired()) taken.push_back(timer);
  return taken;
}

std::vector<WheelTimer*> AdvanceAndTakeAll(TimerWheel& wheel, uint64_t now) {
  wheel.Advance(now);
  wheel.CheckInvariants();
  return TakeAll(wheel);
}

TEST(TimerWheel, ExampleOfTheHeader) {
  struct Alarm : WheelTimer {
    explicit Alarm(std::string text) : text(std::move(text)) {}
    std::string text;
  };
  std::string said;

  TimerWheel wheel(/*now=*/100);
  Alarm tea("tea is ready");
  wheel.Start(tea, 100 + 180);
  wheel.Advance(280);
  while (WheelTimer* timer = wheel.TakeExpired()) {
    said += static_cast<Alarm*>(timer)->text;
  }

  EXPECT_EQ(said, "tea is ready");
}

TEST(TimerWheel, IsEmptyAtFirst) {
  TimerWheel wheel(7);
  EXPECT_EQ(wheel.now(), 7u);
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_FALSE(wheel.has_expired());
  EXPECT_EQ(wheel.TakeExpired(), nullptr);
  EXPECT_EQ(wheel.NextDeadline(), std::nullopt);
  wheel.CheckInvariants();
}

TEST(TimerWheel, ExpiresAtTheDeadlineAndNotBefore) {
  for (const uint64_t deadline : {1u, 63u, 64u, 65u, 4095u, 4096u, 1'000'000u}) {
    TimerWheel wheel;
    WheelTimer timer;
    wheel.Start(timer, deadline);
    EXPECT_THAT(AdvanceAndTakeAll(wheel, deadline - 1), IsEmpty());
    EXPECT_TRUE(timer.scheduled());
    EXPECT_THAT(AdvanceAndTakeAll(wheel, deadline), ElementsAre(&timer));
    EXPECT_FALSE(timer.scheduled());
    EXPECT_EQ(timer.deadline(), deadline);
    EXPECT_EQ(wheel.size(), 0u);
  }
}

TEST(TimerWheel, CountsExpiredTimersUntilTheyAreTaken) {
  TimerWheel wheel;
  WheelTimer a, b, c;
  wheel.Start(a, 1);
  wheel.Start(b, 1);
  wheel.Start(c, 100);
  wheel.Start(c, 200);
  EXPECT_EQ(wheel.size(), 3u);
  wheel.Advance(1);
  EXPECT_EQ(wheel.size(), 3u);
  EXPECT_TRUE(a.scheduled());
  EXPECT_EQ(wheel.TakeExpired(), &a);
  EXPECT_FALSE(a.scheduled());
  EXPECT_EQ(wheel.size(), 2u);
  wheel.Cancel(b);
  EXPECT_EQ(wheel.size(), 1u);
}

TEST(TimerWheel, TimeDoesNotGoBack) {
  TimerWheel wheel(100);
  WheelTimer timer;
  wheel.Start(timer, 150);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 20), IsEmpty());
  EXPECT_EQ(wheel.now(), 100u);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 150), ElementsAre(&timer));
}

TEST(TimerWheel, T2_DeadlineOrderWithinOneAdvance) {
  TimerWheel wheel(1);
  WheelTimer a, b, c, d;
  wheel.Start(d, uint64_t{1} << 40);
  wheel.Start(b, 70);
  wheel.Start(c, 5000);
  wheel.Start(a, 3);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, uint64_t{1} << 41), ElementsAre(&a, &b, &c, &d));
}

// What is placed by its distance alone can overtake an equal that was started earlier and
// waits on a higher level.
TEST(TimerWheel, T2_EqualDeadlinesInStartOrderAcrossLevels) {
  for (const uint64_t deadline : {64u, 100u, 4096u, 5000u, 300'000u}) {
    TimerWheel wheel;
    std::vector<WheelTimer> timers(deadline < 1000 ? deadline : 1000);
    std::vector<WheelTimer*> started;
    for (size_t i = 0; i < timers.size(); ++i) {
      wheel.Start(timers[i], deadline);
      started.push_back(&timers[i]);
      wheel.Advance(deadline * (i + 1) / (timers.size() + 1));
    }
    EXPECT_EQ(AdvanceAndTakeAll(wheel, deadline), started);
  }
}

TEST(TimerWheel, T2_WhatWasNotTakenStaysAhead) {
  TimerWheel wheel;
  WheelTimer a, b, c, d;
  wheel.Start(a, 1);
  wheel.Start(b, 2);
  wheel.Start(c, 3);
  wheel.Advance(2);
  EXPECT_EQ(wheel.TakeExpired(), &a);
  wheel.Start(d, 0);  // Counts as 2, behind b.
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 3), ElementsAre(&b, &d, &c));
}

TEST(TimerWheel, T2_PassedDeadlinesCountAsNow) {
  TimerWheel wheel(1000);
  WheelTimer a, b, c;
  wheel.Start(a, 1000);
  wheel.Start(b, 0);
  wheel.Start(c, 999);
  EXPECT_EQ(b.deadline(), 1000u);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 1000), ElementsAre(&a, &b, &c));
}

TEST(TimerWheel, T3_RestartedGoesBehindEquals) {
  TimerWheel wheel;
  WheelTimer a, b, c;
  for (const uint64_t deadline : {10u, 1000u, 100'000u}) {
    wheel.Start(a, deadline);
    wheel.Start(b, deadline);
    wheel.Start(c, deadline);
    wheel.Start(a, deadline);
    EXPECT_THAT(AdvanceAndTakeAll(wheel, deadline), ElementsAre(&b, &c, &a));
  }
}

TEST(TimerWheel, T3_RestartMovesTheDeadlineBothWays) {
  TimerWheel wheel;
  WheelTimer timer;
  wheel.Start(timer, 10);
  wheel.Start(timer, 1000);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 999), IsEmpty());
  wheel.Start(timer, 5000);
  wheel.Start(timer, 1001);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 1001), ElementsAre(&timer));
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 10'000), IsEmpty());
}

TEST(TimerWheel, T3_RestartOfAnExpiredTimerPutsItOff) {
  TimerWheel wheel;
  WheelTimer a, b;
  wheel.Start(a, 1);
  wheel.Start(b, 1);
  wheel.Advance(1);
  wheel.Start(a, 5);
  EXPECT_THAT(TakeAll(wheel), ElementsAre(&b));
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 5), ElementsAre(&a));
}

TEST(TimerWheel, T4_StartedAtTheWheelsTimeExpiresAtTheNextAdvance) {
  TimerWheel wheel(77);
  WheelTimer timer;
  for (int i = 0; i < 3; ++i) {
    wheel.Start(timer, 77);
    EXPECT_FALSE(wheel.has_expired());
    EXPECT_THAT(wheel.NextDeadline(), Optional(77u));
    EXPECT_THAT(AdvanceAndTakeAll(wheel, 77), ElementsAre(&timer));
  }
}

TEST(TimerWheel, T4_StartedWhileOthersAreTakenWaitsForTheNextAdvance) {
  TimerWheel wheel;
  WheelTimer a, b;
  wheel.Start(a, 10);
  wheel.Start(b, 10);
  wheel.Advance(10);
  EXPECT_EQ(wheel.TakeExpired(), &a);
  wheel.Start(a, 10);
  EXPECT_EQ(wheel.TakeExpired(), &b);
  EXPECT_EQ(wheel.TakeExpired(), nullptr);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 10), ElementsAre(&a));
}

TEST(TimerWheel, T6_AnyDeadlineIsLegal) {
  TimerWheel wheel;
  std::vector<std::unique_ptr<WheelTimer>> timers;
  std::vector<uint64_t> deadlines;
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    for (const uint64_t deadline : {power - 1, power, power + 1, kForever - (power - 1)}) {
      deadlines.push_back(deadline);
      timers.push_back(std::make_unique<WheelTimer>());
      wheel.Start(*timers.back(), deadline);
    }
  }
  wheel.CheckInvariants();
  for (size_t expired = 0; expired < timers.size();) {
    const uint64_t next = *wheel.NextDeadline();
    wheel.Advance(next);
    wheel.CheckInvariants();
    while (WheelTimer* timer = wheel.TakeExpired()) {
      EXPECT_EQ(timer->deadline(), next);
      ++expired;
    }
  }
  EXPECT_EQ(wheel.now(), kForever);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, T6_TheLastDeadlineCanBeCancelledAndReached) {
  TimerWheel wheel(123);
  WheelTimer a, b;
  wheel.Start(a, kForever);
  wheel.Start(b, kForever);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, kForever - 1), IsEmpty());
  EXPECT_THAT(wheel.NextDeadline(), Optional(kForever));
  EXPECT_TRUE(wheel.Cancel(a));
  EXPECT_THAT(AdvanceAndTakeAll(wheel, kForever), ElementsAre(&b));
  wheel.Start(b, 0);
  EXPECT_EQ(b.deadline(), kForever);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 0), ElementsAre(&b));
}

TEST(TimerWheel, T7_CancelTellsWhetherTheTimerWasScheduled) {
  TimerWheel wheel;
  WheelTimer timer;
  EXPECT_FALSE(wheel.Cancel(timer));
  wheel.Start(timer, 10);
  EXPECT_TRUE(wheel.Cancel(timer));
  EXPECT_FALSE(wheel.Cancel(timer));
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 100), IsEmpty());
  wheel.Start(timer, 200);
  EXPECT_THAT(AdvanceAndTakeAll(wheel, 200), ElementsAre(&timer));
  EXPECT_FALSE(wheel.Cancel(timer));
}

TEST(TimerWheel, T7_CancelOfASiblingDueInTheSameBatch) {
  TimerWheel wheel;
  WheelTimer a, b, c;
  wheel.Start(a, 10);
  wheel.Start(b, 10);
  wheel.Start(c, 11);
  wheel.Advance(20);
  EXPECT_EQ(wheel.TakeExpired(), &a);
  EXPECT_TRUE(wheel.Cancel(b));
  wheel.CheckInvariants();
  EXPECT_THAT(TakeAll(wheel), ElementsAre(&c));
}

TEST(TimerWheel, DestroyedTimersAreCancelled) {
  TimerWheel wheel;
  auto far = std::make_unique<WheelTimer>();
  auto due = std::make_unique<WheelTimer>();
  wheel.Start(*far, 1'000'000);
  wheel.Start(*due, 1);
  wheel.Advance(1);
  far.reset();
  due.reset();
  wheel.CheckInvariants();
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_EQ(wheel.TakeExpired(), nullptr);
}

TEST(TimerWheel, TimersOutliveTheirWheel) {
  WheelTimer waiting, due;
  {
    TimerWheel wheel;
    wheel.Start(waiting, kForever);
    wheel.Start(due, 1);
    wheel.Advance(1);
  }
  EXPECT_FALSE(waiting.scheduled());
  EXPECT_FALSE(due.scheduled());
  TimerWheel other;
  other.Start(waiting, 5);
  EXPECT_THAT(AdvanceAndTakeAll(other, 5), ElementsAre(&waiting));
}

TEST(TimerWheel, ForEachFindsTheScheduledTimersExpiredOnesFirst) {
  TimerWheel wheel;
  WheelTimer near, far, due, cancelled, taken;
  wheel.Start(far, kForever);
  wheel.Start(near, 10);
  wheel.Start(cancelled, 11);
  wheel.Start(taken, 1);
  wheel.Start(due, 2);
  wheel.Advance(2);
  wheel.TakeExpired();
  wheel.Cancel(cancelled);

  std::vector<const WheelTimer*> found;
  wheel.ForEach([&found](WheelTimer& timer) { found.push_back(&timer); });
  ASSERT_THAT(found, UnorderedElementsAre(&due, &near, &far));
  EXPECT_EQ(found.front(), &due);

  std::vector<const WheelTimer*> found_again;
  std::as_const(wheel).ForEach(
      [&found_again](const WheelTimer& timer) { found_again.push_back(&timer); });
  EXPECT_EQ(found_again, found);
}

TEST(TimerWheel, NextDeadlineFollowsStartCancelAndExpiry) {
  TimerWheel wheel;
  WheelTimer a, b, c;
  wheel.Start(a, 5000);
  EXPECT_THAT(wheel.NextDeadline(), Optional(5000u));
  wheel.Start(b, 300);
  EXPECT_THAT(wheel.NextDeadline(), Optional(300u));
  wheel.Start(c, 20);
  EXPECT_THAT(wheel.NextDeadline(), Optional(20u));
  wheel.Cancel(c);
  EXPECT_THAT(wheel.NextDeadline(), Optional(300u));
  wheel.Start(b, 6000);
  EXPECT_THAT(wheel.NextDeadline(), Optional(5000u));
  wheel.Advance(5500);
  EXPECT_THAT(wheel.NextDeadline(), Optional(5500u));  // a has expired.
  wheel.TakeExpired();
  EXPECT_THAT(wheel.NextDeadline(), Optional(6000u));
  wheel.Cancel(b);
  EXPECT_EQ(wheel.NextDeadline(), std::nullopt);
}

TEST(TimerWheel, NextDeadlineIsExactUpToTheScanLimit) {
  TimerWheel wheel;
  std::vector<WheelTimer> timers(TimerWheel::kScanLimit);
  for (size_t i = 0; i < timers.size(); ++i) wheel.Start(timers[i], 4500 - i);
  EXPECT_THAT(wheel.NextDeadline(), Optional(4500 - timers.size() + 1));
}

TEST(TimerWheel, NextDeadlineOfACrowdedSlotIsItsBeginning) {
  TimerWheel wheel;
  std::vector<WheelTimer> timers(TimerWheel::kScanLimit + 1);
  for (size_t i = 0; i < timers.size(); ++i) wheel.Start(timers[i], 4500 - i);
  EXPECT_THAT(wheel.NextDeadline(), Optional(4096u));
  // Whoever leaves, it has room now.
  wheel.Cancel(timers[0]);
  EXPECT_THAT(wheel.NextDeadline(), Optional(4500 - timers.size() + 1));
}

TEST(TimerWheel, ACrowdedDeadlineCostsAtMostTenWakesInVain) {
  TimerWheel wheel;
  std::vector<WheelTimer> timers(TimerWheel::kScanLimit + 1);
  for (WheelTimer& timer : timers) wheel.Start(timer, kForever);
  int in_vain = -1;
  while (!wheel.has_expired()) {
    wheel.Advance(*wheel.NextDeadline());
    wheel.CheckInvariants();
    ++in_vain;
  }
  EXPECT_EQ(in_vain, 10);
  EXPECT_EQ(wheel.now(), kForever);
}

#ifndef NDEBUG
TEST(TimerWheelDeathTest, ATimerOfAnotherWheelIsRefused) {
  TimerWheel wheel;
  TimerWheel other;
  WheelTimer timer;
  wheel.Start(timer, 10);
  EXPECT_DEATH(other.Start(timer, 10), "");
  EXPECT_DEATH(other.Cancel(timer), "");
}
#endif

}  // namespace
}  // namespace rondo
