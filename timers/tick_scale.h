// Between a clock's nanoseconds and the ticks of a TimerWheel.
#ifndef RONDO_TIMERS_TICK_SCALE_H_
#define RONDO_TIMERS_TICK_SCALE_H_

#include <cstdint>
#include <limits>

namespace rondo {

// Converts nanoseconds of a clock to ticks and back so that a timer is never early: what is due
// rounds up, what has passed rounds down. Ticks count from tick 0, which begins at the time
// given to the constructor; what lies more than 2^63 ns (292 years) behind it saturates.
// Immutable, hence thread-safe.
//
//   TickScale scale(1'000'000, clock.NowNanos());  // Ticks of 1 ms; tick 0 is now.
//   wheel.Start(timer, scale.Deadline(clock.NowNanos() + 5'000'000));
//   wheel.Advance(scale.Now(clock.NowNanos()));
class TickScale {
 public:
  // REQUIRES: tick_nanos >= 1. `zero_nanos` is the clock's time at tick 0.
  TickScale(int64_t tick_nanos, int64_t zero_nanos);

  // The first tick that begins at `nanos` or later. For a time before tick 0 it is tick 0; for
  // one that saturates it is the largest tick, which the clock never reaches.
  uint64_t Deadline(int64_t nanos) const {
    if (nanos <= zero_nanos_) return 0;
    const uint64_t passed = Passed(nanos);
    if (passed > kMaxPassed) return std::numeric_limits<uint64_t>::max();
    return Quotient(passed - 1) + 1;
  }

  // The last tick that has begun at `nanos`. For a time before tick 0, which a clock that never
  // goes back does not show, it is tick 0.
  uint64_t Now(int64_t nanos) const {
    if (nanos <= zero_nanos_) return 0;
    const uint64_t passed = Passed(nanos);
    return Quotient(passed < kMaxPassed ? passed : kMaxPassed);
  }

  // When `tick` begins; saturates at the largest time.
  int64_t Nanos(uint64_t tick) const;

  int64_t tick_nanos() const { return tick_nanos_; }

 private:
  static constexpr uint64_t kMaxPassed = std::numeric_limits<int64_t>::max();

  // The difference of two int64_t can be larger than an int64_t; as unsigned it is exact.
  uint64_t Passed(int64_t nanos) const {
    return static_cast<uint64_t>(nanos) - static_cast<uint64_t>(zero_nanos_);
  }

  // passed / tick_nanos_ by a multiplication: on many processors a division takes longer than all
  // else that the start of a timer does.
  // REQUIRES: passed <= kMaxPassed.
  //
  // Why it is exact (Granlund and Montgomery): with d = tick_nanos_, s = shift_ = ceil(log2(d))
  // and m = multiplier_ = ceil(2^(63+s) / d), m * d exceeds 2^(63+s) by e < d <= 2^s. Hence
  // passed * m / 2^(63+s) exceeds passed / d by passed * e / (d * 2^(63+s)) < 1/d, too little
  // to reach the next integer.
  uint64_t Quotient(uint64_t passed) const {
    const auto product = static_cast<unsigned __int128>(2 * passed) * multiplier_;
    return static_cast<uint64_t>(product >> 64) >> shift_;
  }

  int64_t tick_nanos_;
  int64_t zero_nanos_;
  int shift_;
  uint64_t multiplier_;
};

}  // namespace rondo

#endif  // RONDO_TIMERS_TICK_SCALE_H_
