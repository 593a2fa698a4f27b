#include "timers/tick_scale.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "timers/clock.h"
#include "timers/timer_wheel.h"

namespace rondo {
namespace {

constexpr int64_t kMaxNanos = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinNanos = std::numeric_limits<int64_t>::min();
constexpr uint64_t kMaxTick = std::numeric_limits<uint64_t>::max();

// Ticks from 1 ns to the longest, powers of two and their neighbours among them.
std::vector<int64_t> TickLengths() {
  std::vector<int64_t> lengths = {
      1, 3, 7, 10, 1'000, 12'345, 1'000'000, 1'000'007, 1'000'000'000, kMaxNanos};
  for (int bit = 1; bit < 63; ++bit) {
    for (int64_t offset : {-1, 0, 1}) lengths.push_back((int64_t{1} << bit) + offset);
  }
  return lengths;
}

// A number whose magnitude, too, is random.
int64_t RandomNanos(std::mt19937_64& random) {
  return static_cast<int64_t>((random() >> 1) >> (random() % 63));
}

TEST(TickScale, DeadlinesRoundUpAndNowRoundsDown) {
  const TickScale scale(1'000'000, 500);
  EXPECT_EQ(scale.tick_nanos(), 1'000'000);
  EXPECT_EQ(scale.Deadline(500), 0u);
  EXPECT_EQ(scale.Deadline(501), 1u);
  EXPECT_EQ(scale.Deadline(1'000'500), 1u);
  EXPECT_EQ(scale.Deadline(1'000'501), 2u);
  EXPECT_EQ(scale.Now(500), 0u);
  EXPECT_EQ(scale.Now(1'000'499), 0u);
  EXPECT_EQ(scale.Now(1'000'500), 1u);
  EXPECT_EQ(scale.Nanos(0), 500);
  EXPECT_EQ(scale.Nanos(2), 2'000'500);
}

TEST(TickScale, TimesBeforeTickZeroAreTickZero) {
  const TickScale scale(10, 0);
  EXPECT_EQ(scale.Deadline(-1), 0u);
  EXPECT_EQ(scale.Deadline(kMinNanos), 0u);
  EXPECT_EQ(scale.Now(-1), 0u);
  EXPECT_EQ(scale.Now(kMinNanos), 0u);
}

// Division is what the multiplication stands for.
TEST(TickScale, DividesExactly) {
  std::mt19937_64 random(1);
  for (const int64_t tick : TickLengths()) {
    const TickScale scale(tick, 0);
    const auto expect_exact = [&](int64_t nanos) {
      ASSERT_EQ(scale.Now(nanos), static_cast<uint64_t>(nanos / tick)) << tick << " " << nanos;
      ASSERT_EQ(scale.Deadline(nanos), static_cast<uint64_t>(nanos / tick + (nanos % tick != 0)))
          << tick << " " << nanos;
    };
    expect_exact(0);
    expect_exact(1);
    expect_exact(kMaxNanos);
    expect_exact(kMaxNanos - 1);
    for (int i = 0; i < 300; ++i) {
      expect_exact(RandomNanos(random));
      // Errors would show beside multiples of the tick, most of all beside the largest ones.
      const int64_t quotient = i % 2 == 0 ? kMaxNanos / tick : RandomNanos(random) / tick;
      const int64_t multiple = quotient * tick;
      expect_exact(multiple);
      expect_exact(std::max<int64_t>(multiple, 1) - 1);
      expect_exact(std::min(multiple, kMaxNanos - 1) + 1);
    }
  }
}

TEST(TickScale, NanosInvertsDeadline) {
  std::mt19937_64 random(2);
  for (const int64_t tick : TickLengths()) {
    const TickScale scale(tick, -12'345);
    for (int i = 0; i < 100; ++i) {
      const int64_t nanos = RandomNanos(random);
      const uint64_t deadline = scale.Deadline(nanos);
      ASSERT_GE(scale.Nanos(deadline), nanos);
      if (deadline > 0 && deadline < kMaxTick) ASSERT_LT(scale.Nanos(deadline - 1), nanos);
      ASSERT_LE(scale.Nanos(scale.Now(nanos)), nanos);
    }
  }
}

TEST(TickScale, T6_FarTimesSaturateLate) {
  const TickScale scale(10, -2);
  EXPECT_EQ(scale.Deadline(kMaxNanos - 2), static_cast<uint64_t>(kMaxNanos) / 10 + 1);
  EXPECT_EQ(scale.Deadline(kMaxNanos - 1), kMaxTick);
  EXPECT_EQ(scale.Deadline(kMaxNanos), kMaxTick);
  EXPECT_EQ(scale.Now(kMaxNanos), static_cast<uint64_t>(kMaxNanos) / 10);
  EXPECT_EQ(scale.Nanos(kMaxTick), kMaxNanos);

  const TickScale widest(1, kMinNanos);
  EXPECT_EQ(widest.Deadline(kMaxNanos), kMaxTick);
  EXPECT_EQ(widest.Now(kMaxNanos), static_cast<uint64_t>(kMaxNanos));
  EXPECT_EQ(widest.Nanos(0), kMinNanos);
  EXPECT_EQ(widest.Nanos(1), kMinNanos + 1);
}

TEST(TickScaleDeathTest, RefusesTicksWithoutLength) {
  EXPECT_DEATH(TickScale(0, 0), "");
  EXPECT_DEATH(TickScale(-1, 0), "");
}

struct DueTimer : WheelTimer {
  int64_t due = 0;  // Nanoseconds.
};

// Scale and wheel as a loop uses them: no timer is early by the clock, however long the loop was
// blocked, and after each turn none is late by a whole tick.
TEST(TickScale, T1_NeverEarlyAtAnyTick) {
  for (const int64_t tick : {1, 7, 1'000, 1'000'000, 1'000'000'000}) {
    for (const int64_t zero : {0, 12'345'678, -99}) {
      std::mt19937_64 random(tick + zero);
      ManualClock clock(zero);
      const TickScale scale(tick, zero);
      TimerWheel wheel;
      std::vector<DueTimer> timers(50);
      for (int turn = 0; turn < 5'000; ++turn) {
        const int64_t now = clock.NowNanos();
        wheel.Advance(scale.Now(now));
        while (WheelTimer* timer = wheel.TakeExpired()) {
          ASSERT_LE(static_cast<DueTimer*>(timer)->due, now);
        }
        for (DueTimer& timer : timers) {
          if (timer.scheduled()) {
            ASSERT_LT(now, timer.due + tick);
          } else if (random() % 4 == 0) {
            timer.due = now + static_cast<int64_t>(random() % 20 * (1 + random() % tick));
            wheel.Start(timer, scale.Deadline(timer.due));
          }
        }
        const int64_t block =
            random() % 8 == 0 ? 20 * tick : 1 + static_cast<int64_t>(random() % tick);
        clock.Advance(absl::Nanoseconds(block));
      }
    }
  }
}

}  // namespace
}  // namespace rondo
