#include "timers/clock.h"

#include <time.h>

#include <cstdint>
#include <limits>

#include "absl/log/check.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rondo {

Clock::~Clock() = default;

int64_t SteadyClock::NowNanos() const {
  timespec now;
  CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

absl::Time SteadyClock::CalendarTime() const { return absl::Now(); }

void ManualClock::Advance(absl::Duration duration) {
  CHECK_GE(duration, absl::ZeroDuration());
  const int64_t nanos = absl::ToInt64Nanoseconds(duration);
  const int64_t before = now_nanos_.fetch_add(nanos, std::memory_order_relaxed);
  CHECK_LE(before, std::numeric_limits<int64_t>::max() - nanos);
}

}  // namespace rondo
