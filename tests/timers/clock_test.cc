#include "timers/clock.h"

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

TEST(SteadyClock, NeverGoesBack) {
  const SteadyClock clock;
  int64_t before = clock.NowNanos();
  for (int i = 0; i < 10'000; ++i) {
    const int64_t now = clock.NowNanos();
    ASSERT_LE(before, now);
    before = now;
  }
}

TEST(SteadyClock, IsTheSameOnAllInstancesAndMoves) {
  const SteadyClock a;
  const SteadyClock b;
  const int64_t start = a.NowNanos();
  while (b.NowNanos() == start) {
  }
  EXPECT_LT(start, a.NowNanos());
}

TEST(ManualClock, StandsStillUntilAdvanced) {
  ManualClock clock;
  EXPECT_EQ(clock.NowNanos(), 0);
  EXPECT_EQ(clock.NowNanos(), 0);
  clock.Advance(absl::Milliseconds(200));
  EXPECT_EQ(clock.NowNanos(), 200'000'000);
  clock.Advance(absl::ZeroDuration());
  EXPECT_EQ(clock.NowNanos(), 200'000'000);
}

TEST(SteadyClock, KnowsTheCalendar) {
  const absl::Time before = absl::Now();
  const absl::Time time = SteadyClock().CalendarTime();
  EXPECT_LE(before, time);
  EXPECT_LE(time, absl::Now());
}

TEST(ManualClock, ItsCalendarMovesWithIt) {
  ManualClock clock;
  EXPECT_EQ(clock.CalendarTime(), absl::UnixEpoch());
  clock.Advance(absl::Hours(30));
  EXPECT_EQ(clock.CalendarTime(), absl::UnixEpoch() + absl::Hours(30));
}

TEST(ManualClock, StartsWhereItIsTold) {
  ManualClock clock(-5);
  clock.Advance(absl::Nanoseconds(7));
  EXPECT_EQ(clock.NowNanos(), 2);
}

TEST(ManualClock, DropsFractionsOfANanosecond) {
  ManualClock clock;
  clock.Advance(absl::Nanoseconds(1.75));
  EXPECT_EQ(clock.NowNanos(), 1);
}

TEST(ManualClock, AdvancesFromManyThreadsAddUp) {
  ManualClock clock;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&clock] {
      int64_t before = clock.NowNanos();
      for (int j = 0; j < 1000; ++j) {
        clock.Advance(absl::Nanoseconds(3));
        const int64_t now = clock.NowNanos();
        EXPECT_LE(before + 3, now);
        before = now;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clock.NowNanos(), 12'000);
}

TEST(ManualClockDeathTest, RefusesToGoBack) {
  ManualClock clock(100);
  EXPECT_DEATH(clock.Advance(absl::Nanoseconds(-1)), "");
}

TEST(ManualClockDeathTest, RefusesToPassItsEnd) {
  ManualClock clock(std::numeric_limits<int64_t>::max() - 1);
  clock.Advance(absl::Nanoseconds(1));
  EXPECT_DEATH(clock.Advance(absl::Nanoseconds(1)), "");
}

}  // namespace
}  // namespace rondo
