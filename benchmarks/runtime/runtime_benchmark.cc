// What the loop and a submission cost: a next tick, a post, a coroutine's yield, a pool kind's
// round trip with one and with 1024 tasks in flight.
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "runtime/awaitables.h"
#include "runtime/plugin.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/timer.h"

namespace rondo {
namespace {

struct Empty {
  static constexpr absl::string_view kKind = "bench.empty";
  using Result = int;
};

class BenchPlugin final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "bench", .summary = "an empty body"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnPool<Empty>([](const Empty&, TaskContext&) -> absl::StatusOr<int> { return 1; });
    return absl::OkStatus();
  }
};

std::unique_ptr<Runtime> Build() {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Add(std::make_unique<BenchPlugin>()).Build();
  CHECK_OK(runtime.status());
  return *std::move(runtime);
}

struct TickChain {
  Runtime* runtime;
  int64_t* left;
  void operator()() const {
    if (--*left > 0) runtime->NextTick(*this);
  }
};

void BM_NextTickChain(benchmark::State& state) {
  const std::unique_ptr<Runtime> runtime = Build();
  for (auto _ : state) {
    int64_t left = 100'000;
    runtime->NextTick(TickChain{runtime.get(), &left});
    CHECK_OK(runtime->Run());
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(BM_NextTickChain);

void BM_Post(benchmark::State& state) {
  const std::unique_ptr<Runtime> runtime = Build();
  for (auto _ : state) {
    int64_t called = 0;
    for (int i = 0; i < 1000; ++i) runtime->Post([&called] { ++called; });
    CHECK_OK(runtime->Run());
    CHECK_EQ(called, 1000);
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_Post);

Task<void> Yield(int64_t times) {
  for (int64_t i = 0; i < times; ++i) co_await NextTick();
}

void BM_CoroutineYield(benchmark::State& state) {
  const std::unique_ptr<Runtime> runtime = Build();
  for (auto _ : state) {
    runtime->Spawn(Yield(100'000), "yield");
    CHECK_OK(runtime->Run());
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(BM_CoroutineYield);

void BM_TimerRestart(benchmark::State& state) {
  const std::unique_ptr<Runtime> runtime = Build();
  Timer timer(runtime->loop(), [] {});
  for (auto _ : state) timer.Start(absl::Seconds(30));
  timer.Cancel();
}
BENCHMARK(BM_TimerRestart);

// Keeps `in_flight` tasks going until `left` is used up.
struct Again {
  Runtime* runtime;
  int64_t* left;
  void operator()(absl::StatusOr<int> result) const {
    CHECK_OK(result.status());
    if (--*left > 0) runtime->Submit(Empty{}, *this);
  }
};

void BM_PoolKind(benchmark::State& state) {
  const std::unique_ptr<Runtime> runtime = Build();
  const int64_t in_flight = state.range(0);
  constexpr int64_t kTasks = 50'000;
  for (auto _ : state) {
    int64_t left = kTasks;
    for (int64_t i = 0; i < in_flight; ++i) runtime->Submit(Empty{}, Again{runtime.get(), &left});
    CHECK_OK(runtime->Run());
  }
  state.SetItemsProcessed(state.iterations() * (kTasks + in_flight - 1));
}
BENCHMARK(BM_PoolKind)->Arg(1)->Arg(64)->Arg(1024)->UseRealTime();

}  // namespace
}  // namespace rondo
