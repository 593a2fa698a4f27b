// W3 on libuv.
//
//   libuv churn TIMERS OPERATIONS
//   libuv expire TIMERS

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/common/allocations.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/random.h"
#include "benchmarks/common/timers.h"

namespace {

void Churn(int64_t count, int64_t operations) {
  uv_loop_t* const loop = uv_default_loop();
  const int64_t heap_before = bench::HeapBytes();
  std::vector<uv_timer_t> timers(static_cast<size_t>(count));
  const auto start = [&](int64_t index, int64_t delay) {
    bench::Require(uv_timer_start(&timers[index], [](uv_timer_t*) {}, delay, 0) == 0, "start");
  };
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t index, int64_t delay) {
        uv_timer_init(loop, &timers[index]);
        start(index, delay);
      },
      [&](int64_t index, int64_t delay) {
        uv_timer_stop(&timers[index]);
        start(index, delay);
      });
}

struct Expiring {
  uv_timer_t timer;
  int64_t due;
};

int64_t left = 0;
bench::Distribution* lateness = nullptr;

void Expired(uv_timer_t* timer) {
  lateness->Add(bench::NowNanos() - static_cast<Expiring*>(timer->data)->due);
  --left;
}

void Expire(int64_t count) {
  uv_loop_t* const loop = uv_default_loop();
  std::vector<Expiring> timers(static_cast<size_t>(count));
  bench::Distribution distribution(count);
  lateness = &distribution;
  left = count;
  bench::Random random;
  const bench::Measurement measurement;
  int64_t started = 0;
  for (Expiring& expiring : timers) {
    // A delay counts from libuv's own time, which stands still until it is told otherwise.
    if (started++ % 1000 == 0) uv_update_time(loop);
    const int64_t delay = bench::ShortDelayMillis(random);
    uv_timer_init(loop, &expiring.timer);
    expiring.timer.data = &expiring;
    expiring.due = (static_cast<int64_t>(uv_now(loop)) + delay) * 1'000'000;
    uv_timer_start(&expiring.timer, &Expired, delay, 0);
  }
  uv_run(loop, UV_RUN_DEFAULT);
  bench::Report report = measurement.End(count);
  bench::Require(left == 0, "all timers expired");
  distribution.AddTo(report, "lateness");
  report.Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t timers = bench::Number(argc, argv, 2, 10'000);
  if (variant == "churn") {
    Churn(timers, bench::Number(argc, argv, 3, 1'000'000));
  } else {
    bench::Require(variant == "expire", "churn or expire");
    Expire(timers);
  }
}
