// What tasks of a pool do.
#ifndef RONDO_BENCHMARKS_COMMON_POOL_WORK_H_
#define RONDO_BENCHMARKS_COMMON_POOL_WORK_H_

#include <cstdint>

namespace bench {

// Computes for a time that depends on `turns` alone.
void Compute(int64_t turns);

// How many turns take a microsecond, by the fastest of several tries.
int64_t TurnsOfAMicrosecond();

// What Compute(turns) takes, in nanoseconds.
double ComputeNanos(int64_t turns);

// Counts what several threads have done, without making them wait for one another.
void CountDone();
int64_t DoneCount();

// Blocks this thread for about 100 us: long enough for everybody who spins to give up.
void Pause();

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_POOL_WORK_H_
