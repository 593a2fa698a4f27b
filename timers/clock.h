// Time as the rest of Rondo is told it.
#ifndef RONDO_TIMERS_CLOCK_H_
#define RONDO_TIMERS_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace rondo {

// A clock that never goes back. Its zero means nothing: only differences do.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock();

  // Nanoseconds since this clock's zero.
  virtual int64_t NowNanos() const = 0;

  // What the calendar says, for deadlines that come from elsewhere. It may go back.
  virtual absl::Time CalendarTime() const = 0;
};

// The machine's CLOCK_MONOTONIC, and its CLOCK_REALTIME as the calendar.
class SteadyClock final : public Clock {
 public:
  int64_t NowNanos() const override;
  absl::Time CalendarTime() const override;
};

// A clock that stands still until it is told to move: for tests and simulation. Its zero is the
// beginning of 1970.
//
//   ManualClock clock;
//   clock.Advance(absl::Milliseconds(200));
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t now_nanos = 0) : now_nanos_(now_nanos) {}

  int64_t NowNanos() const override { return now_nanos_.load(std::memory_order_relaxed); }
  absl::Time CalendarTime() const override { return absl::FromUnixNanos(NowNanos()); }

  // Fractions of a nanosecond are dropped.
  // REQUIRES: `duration` is not negative and does not lead past the largest int64_t.
  void Advance(absl::Duration duration);

 private:
  // The time. Written by Advance only. Relaxed: it orders nothing but itself, and the order of
  // one atomic's own values suffices for a clock that never goes back.
  std::atomic<int64_t> now_nanos_;
};

}  // namespace rondo

#endif  // RONDO_TIMERS_CLOCK_H_
