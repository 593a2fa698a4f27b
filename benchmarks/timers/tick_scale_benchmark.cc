// TickScale beside the division that it avoids.
#include <cstdint>

#include "benchmark/benchmark.h"
#include "timers/tick_scale.h"

namespace rondo {
namespace {

// Each conversion waits for the one before, as the start of a timer waits for its deadline.
void BM_Deadline(benchmark::State& state) {
  const TickScale scale(state.range(0), 0);
  int64_t nanos = 1;
  for (auto unused : state) {
    nanos = (nanos ^ static_cast<int64_t>(scale.Deadline(nanos))) + 1'234'567;
    benchmark::DoNotOptimize(nanos);
  }
}

BENCHMARK(BM_Deadline)->Arg(1'000'000);

void BM_DeadlineByDivision(benchmark::State& state) {
  int64_t tick = state.range(0);
  benchmark::DoNotOptimize(tick);
  int64_t nanos = 1;
  for (auto unused : state) {
    nanos = (nanos ^ static_cast<int64_t>(
                         (static_cast<uint64_t>(nanos) - 1) / static_cast<uint64_t>(tick) + 1)) +
            1'234'567;
    benchmark::DoNotOptimize(nanos);
  }
}

BENCHMARK(BM_DeadlineByDivision)->Arg(1'000'000);

}  // namespace
}  // namespace rondo
