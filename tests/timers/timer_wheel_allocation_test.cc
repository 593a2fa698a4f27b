#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/count_allocations.h"
#include "timers/timer_wheel.h"

namespace rondo {
namespace {

TEST(TimerWheel, T8_AllocatesNothing) {
  std::vector<WheelTimer> timers(1000);
  const int64_t before = CountAllocations();
  {
    TimerWheel wheel(12'345);
    uint64_t spread = 1;
    for (WheelTimer& timer : timers) {
      wheel.Start(timer, spread);
      spread *= 3;  // Wraps around: deadlines on all levels.
    }
    for (size_t i = 0; i < timers.size(); i += 3) wheel.Cancel(timers[i]);
    for (size_t i = 0; i < timers.size(); i += 5) wheel.Start(timers[i], 1'000'000 + i);
    while (wheel.size() > 100) {
      wheel.Advance(*wheel.NextDeadline());
      wheel.TakeExpired();
    }
  }
  EXPECT_EQ(CountAllocations(), before);
  ::operator delete(::operator new(1));  // Unlike delete new int, not optimized out.
  EXPECT_GT(CountAllocations(), before);
}

}  // namespace
}  // namespace rondo
