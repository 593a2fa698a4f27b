// The global operator new of this program counts, which is why this test stands alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "gtest/gtest.h"
#include "timers/timer_wheel.h"

namespace {

// The test has one thread.
int64_t allocations = 0;

}  // namespace

// All other forms of new and delete that a program may use come down to these.
void* operator new(size_t size) {
  ++allocations;
  if (void* block = std::malloc(size)) return block;
  std::abort();
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace rondo {
namespace {

TEST(TimerWheel, T8_AllocatesNothing) {
  std::vector<WheelTimer> timers(1000);
  const int64_t before = allocations;
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
  EXPECT_EQ(allocations, before);
  ::operator delete(::operator new(1));  // Unlike delete new int, not optimized out.
  EXPECT_GT(allocations, before);
}

}  // namespace
}  // namespace rondo
