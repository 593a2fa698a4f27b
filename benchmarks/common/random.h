// Numbers that look random, the same in each run and cheap, so that they do not hide what is
// measured.
#ifndef RONDO_BENCHMARKS_COMMON_RANDOM_H_
#define RONDO_BENCHMARKS_COMMON_RANDOM_H_

#include <cstdint>

namespace bench {

class Random {
 public:
  // Below `bound`, which is less than 2^32.
  uint64_t operator()(uint64_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return ((state_ >> 32) * bound) >> 32;
  }

 private:
  uint64_t state_ = 1;
};

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_RANDOM_H_
