// W2 on Rondo.
//
//   rondo flight TASKS MICROSECONDS [IN_FLIGHT]   a kind on the pool, 1024 in flight
//   rondo fanout TASKS                            closures on the pool, no completion
//   rondo fanout-intrusive TASKS                  the same with tasks that need no memory

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"
#include "benchmarks/common/throttle.h"
#include "pool/pool.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"

namespace rondo {
namespace {

struct Work {
  static constexpr absl::string_view kKind = "bench.work";
  using Result = int;
  int64_t turns;
};

class BenchPlugin final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "bench", .summary = "a body to measure"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnPool<Work>([](const Work& work, TaskContext&) -> absl::StatusOr<int> {
      bench::Compute(work.turns);
      bench::CountDone();
      return 1;
    });
    return absl::OkStatus();
  }
};

struct Flight {
  Runtime& runtime;
  int64_t turns;
  int64_t unsubmitted;

  void Submit() {
    --unsubmitted;
    runtime.Submit(Work{.turns = turns}, [this](absl::StatusOr<int> result) {
      CHECK_EQ(*result, 1);
      if (unsubmitted > 0) Submit();
    });
  }
};

void RunFlight(Runtime& runtime, int64_t count, int64_t turns, int64_t in_flight) {
  const int64_t done_before = bench::DoneCount();
  Flight flight{.runtime = runtime, .turns = turns, .unsubmitted = count};
  for (int64_t i = std::min(count, in_flight); i > 0; --i) flight.Submit();
  CHECK_OK(runtime.Run());
  CHECK_EQ(bench::DoneCount() - done_before, count);
}

// The throttle leaves a task alone for twice the backlog before its turn comes again.
struct Counting : PoolTask {
  Counting() : PoolTask(&Run) {}
  static void Run(PoolTask&, Outcome) { bench::CountDone(); }
};

template <typename Schedule>
void RunFanOut(int64_t count, Schedule schedule) {
  const int64_t done_before = bench::DoneCount();
  const auto done = [done_before] { return bench::DoneCount() - done_before; };
  for (int64_t i = 0; i < count; ++i) {
    bench::Throttle(i, done);
    CHECK_OK(schedule());
  }
  while (done() < count) sched_yield();
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 2'000'000);
  const int64_t turns = bench::Number(argc, argv, 3, 0) * bench::TurnsOfAMicrosecond();
  const int64_t in_flight = bench::Number(argc, argv, 4, 1024);
  const double body_nanos = bench::ComputeNanos(turns);
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime =
      rondo::Runtime::Builder().Add(std::make_unique<rondo::BenchPlugin>()).Build();
  CHECK_OK(runtime.status());
  rondo::Pool& pool = (*runtime)->pool();
  std::vector<rondo::Counting> tasks(2 * bench::kMaxBacklog);
  size_t next = 0;
  const auto run = [&](int64_t tasks_to_run) {
    if (variant == "flight") {
      rondo::RunFlight(**runtime, tasks_to_run, turns, in_flight);
    } else if (variant == "fanout") {
      rondo::RunFanOut(tasks_to_run, [&] { return pool.Schedule([] { bench::CountDone(); }); });
    } else {
      bench::Require(variant == "fanout-intrusive", "flight, fanout or fanout-intrusive");
      rondo::RunFanOut(tasks_to_run, [&] { return pool.Schedule(tasks[next++ % tasks.size()]); });
    }
  };
  run(5'000);
  const bench::Measurement measurement;
  run(count);
  bench::Report report = measurement.End(count);
  report.Add("body_ns", body_nanos);
  report.Print();
}
