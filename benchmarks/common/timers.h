// What the programs of the timers' workload have in common.
#ifndef RONDO_BENCHMARKS_COMMON_TIMERS_H_
#define RONDO_BENCHMARKS_COMMON_TIMERS_H_

#include <cstdint>
#include <string>

#include "benchmarks/common/allocations.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/random.h"

namespace bench {

// W3, churn: `timers` timers are outstanding; in each operation a random one is cancelled and
// started anew. Delays are those of servers, 1 s to 60 s.
inline int64_t RandomDelayMillis(Random& random) {
  return static_cast<int64_t>(1'000 + random(59'001));
}

// `start(index, delay_millis)` starts a timer, `restart` cancels it first. `heap_before` is what
// HeapBytes() said when there was no timer yet, and no room for one.
template <typename Start, typename Restart>
void Churn(int64_t timers, int64_t operations, int64_t heap_before, Start start, Restart restart) {
  Random random;
  for (int64_t i = 0; i < timers; ++i) start(i, RandomDelayMillis(random));
  const double bytes = static_cast<double>(HeapBytes() - heap_before);
  const auto churn = [&](int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const auto index = static_cast<int64_t>(random(timers));
      restart(index, RandomDelayMillis(random));
    }
  };
  churn(10'000);
  const Measurement measurement;
  churn(operations);
  Report report = measurement.End(operations);
  report.Add("bytes_per_timer", bytes / static_cast<double>(timers));
  report.Print();
}

// W3, expire: timers are started for 1 to 1000 ms from now and run out.
inline int64_t ShortDelayMillis(Random& random) { return static_cast<int64_t>(1 + random(1'000)); }

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_TIMERS_H_
