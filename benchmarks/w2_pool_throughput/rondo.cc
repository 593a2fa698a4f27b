// W2 on Rondo.
//
//   rondo flight TASKS MICROSECONDS [IN_FLIGHT]   a kind on the pool, 1024 in flight
//   rondo fanout TASKS                            closures on the pool, no completion
//   rondo fanout-intrusive TASKS                  the same with tasks that need no memory
//   rondo busy PIECES                             the loop works, and gives the pool a little

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"
#include "benchmarks/common/throttle.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"
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

std::unique_ptr<Runtime> Build(absl::Duration spin) {
  absl::StatusOr<std::unique_ptr<ThreadPool>> pool = ThreadPool::Create({.spin = spin});
  CHECK_OK(pool.status());
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Use(*std::move(pool)).Add(std::make_unique<BenchPlugin>()).Build();
  CHECK_OK(runtime.status());
  return *std::move(runtime);
}

// The loop computes for 20 us a piece, and before each gives the pool an empty task: after every
// one a worker looks for more, for as long as it may. Returns the nanoseconds.
int64_t RunPieces(Runtime& runtime, int64_t pieces, int64_t turns) {
  const int64_t begin = bench::NowNanos();
  std::function<void()> piece = [&] {
    runtime.Submit(Work{.turns = 0}, [](absl::StatusOr<int> result) { CHECK_EQ(*result, 1); });
    bench::Compute(turns);
    if (--pieces > 0) runtime.SetImmediate([&piece] { piece(); });
  };
  piece();
  CHECK_OK(runtime.Run());
  return bench::NowNanos() - begin;
}

// Beside workers that look for work as long as they do by default, and beside ones that never do,
// by turns.
void RunBusy(int64_t pieces) {
  constexpr int64_t kSlice = 500;
  const int64_t turns = 20 * bench::TurnsOfAMicrosecond();
  const std::unique_ptr<Runtime> spinning = Build(ThreadPool::Options().spin);
  const std::unique_ptr<Runtime> sleeping = Build(absl::ZeroDuration());
  int64_t beside_spinning = 0;
  int64_t beside_sleeping = 0;
  const bench::Measurement measurement;
  for (int64_t done = 0; done < pieces; done += kSlice) {
    beside_spinning += RunPieces(*spinning, kSlice, turns);
    beside_sleeping += RunPieces(*sleeping, kSlice, turns);
  }
  bench::Report report = measurement.End(2 * pieces);
  report.Add("beside_spinning_ns", beside_spinning);
  report.Add("beside_sleeping_ns", beside_sleeping);
  report.Print();
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 2'000'000);
  if (variant == "busy") {
    rondo::RunBusy(count);
    return 0;
  }
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
      bench::Require(variant == "fanout-intrusive", "flight, fanout, fanout-intrusive or busy");
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
