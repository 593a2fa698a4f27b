// Keeps one who hands over work from running far ahead of those who do it.
#ifndef RONDO_BENCHMARKS_COMMON_THROTTLE_H_
#define RONDO_BENCHMARKS_COMMON_THROTTLE_H_

#include <sched.h>

#include <cstdint>

namespace bench {

// At most this many are on their way, so that memory is not what is measured.
constexpr int64_t kMaxBacklog = 65536;
// How often one looks; seldom enough to cost nothing.
constexpr int64_t kThrottleEvery = 1024;

// To be called before handing over the piece number `posted`; `done()` is how many are done.
template <typename Done>
void Throttle(int64_t posted, Done done) {
  if (posted % kThrottleEvery != 0) return;
  while (posted - done() > kMaxBacklog) sched_yield();
}

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_THROTTLE_H_
