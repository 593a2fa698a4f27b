// What a task costs: workloads W1 (one in flight) and W2 (1024 in flight; fan-out) of the pool,
// each beside the least that two threads can do. Times are nanoseconds of the clock for one task;
// "cpu" is that of all threads together.
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "pool/backoff.h"
#include "pool/inbox.h"
#include "pool/parker.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"

namespace rondo {
namespace {

// Stands in for the loop: takes what comes home, sleeps when nothing does.
class Home {
 public:
  struct Operation : PoolTask {
    explicit Operation(Home& home) : PoolTask(&Operation::Run), home(home) {}
    static void Run(PoolTask& task, Outcome) {
      auto& self = static_cast<Operation&>(task);
      self.home.Arrive(self);
    }
    Home& home;
    Operation* next = nullptr;
  };

  // `spins` times it looks before it sleeps.
  explicit Home(int spins) : spins_(spins) {}

  Chain<Operation> Wait() {
    while (true) {
      for (int i = 0; i < spins_; ++i) {
        if (!inbox_.empty()) return inbox_.TakeAll();
        CpuRelax();
      }
      parker_.Park();
      if (!inbox_.empty()) return inbox_.TakeAll();
    }
  }

 private:
  void Arrive(Operation& operation) {
    if (inbox_.Push(operation)) parker_.Unpark();
  }

  const int spins_;
  Inbox<Operation> inbox_;
  Parker parker_;
};

std::unique_ptr<ThreadPool> NewPool(int threads, absl::Duration spin) {
  return *ThreadPool::Create({.threads = threads, .spin = spin});
}

void Report(benchmark::State& state, const Pool& pool) {
  state.counters["wakeups"] = benchmark::Counter(static_cast<double>(pool.stats().wakeups),
                                                 benchmark::Counter::kAvgIterations);
}

// Two threads pass a token to and fro.
void BM_RawSpinRoundTrip(benchmark::State& state) {
  alignas(64) std::atomic<int64_t> there = 0;
  alignas(64) std::atomic<int64_t> back = 0;
  std::thread other([&] {
    for (int64_t i = 1;; ++i) {
      int64_t value;
      while ((value = there.load(std::memory_order_acquire)) < i) CpuRelax();
      back.store(i, std::memory_order_release);
      if (value == INT64_MAX) return;
    }
  });
  int64_t i = 0;
  for (auto _ : state) {
    there.store(++i, std::memory_order_release);
    while (back.load(std::memory_order_acquire) < i) CpuRelax();
  }
  there.store(INT64_MAX, std::memory_order_release);
  other.join();
}
BENCHMARK(BM_RawSpinRoundTrip)->UseRealTime()->MeasureProcessCPUTime();

void BM_RawFutexRoundTrip(benchmark::State& state) {
  Parker there;
  Parker back;
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (true) {
      there.Park();
      if (done.load()) return;
      back.Unpark();
    }
  });
  for (auto _ : state) {
    there.Unpark();
    back.Park();
  }
  done.store(true);
  there.Unpark();
  other.join();
}
BENCHMARK(BM_RawFutexRoundTrip)->UseRealTime()->MeasureProcessCPUTime();

// One task in flight. Arguments: threads, the pool's spin in ns, the loop's in turns.
void BM_RoundTrip(benchmark::State& state) {
  auto pool = NewPool(static_cast<int>(state.range(0)), absl::Nanoseconds(state.range(1)));
  Home home(static_cast<int>(state.range(2)));
  Home::Operation operation(home);
  for (auto _ : state) {
    CHECK_OK(pool->Schedule(operation));
    home.Wait();
  }
  Report(state, *pool);
}
BENCHMARK(BM_RoundTrip)
    ->ArgNames({"threads", "spin", "home_spin"})
    ->Args({1, 5000, 1000})
    ->Args({4, 5000, 1000})
    ->Args({4, 0, 0})
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// One producer, one consumer, pointers through a ring.
void BM_RawRing(benchmark::State& state) {
  constexpr int64_t kSlots = 1024;
  static std::array<std::atomic<int64_t>, kSlots> ring;
  for (auto& slot : ring) slot.store(0);
  std::thread consumer([&] {
    for (int64_t i = 0;; ++i) {
      std::atomic<int64_t>& slot = ring[i % kSlots];
      int64_t value;
      while ((value = slot.load(std::memory_order_acquire)) == 0) CpuRelax();
      slot.store(0, std::memory_order_release);
      if (value < 0) return;
    }
  });
  int64_t i = 0;
  auto push = [&](int64_t value) {
    std::atomic<int64_t>& slot = ring[i++ % kSlots];
    while (slot.load(std::memory_order_acquire) != 0) CpuRelax();
    slot.store(value, std::memory_order_release);
  };
  for (auto _ : state) push(1);
  push(-1);
  consumer.join();
}
BENCHMARK(BM_RawRing)->UseRealTime()->MeasureProcessCPUTime();

// 1024 tasks in flight, each of which is scheduled again when it has come home.
void BM_Throughput(benchmark::State& state) {
  constexpr int kInFlight = 1024;
  auto pool = NewPool(static_cast<int>(state.range(0)), absl::Nanoseconds(state.range(1)));
  Home home(static_cast<int>(state.range(2)));
  std::vector<std::unique_ptr<Home::Operation>> operations;
  for (int i = 0; i < kInFlight; ++i) operations.push_back(std::make_unique<Home::Operation>(home));
  for (auto& operation : operations) CHECK_OK(pool->Schedule(*operation));
  int64_t finished = 0;
  int64_t in_flight = kInFlight;
  while (state.KeepRunningBatch(kInFlight)) {
    for (const int64_t goal = finished + kInFlight; finished < goal;) {
      for (Chain<Home::Operation> arrived = home.Wait();
           Home::Operation* operation = arrived.Pop();) {
        ++finished;
        CHECK_OK(pool->Schedule(*operation));
      }
    }
  }
  while (in_flight > 0) {
    for (Chain<Home::Operation> arrived = home.Wait(); arrived.Pop() != nullptr;) --in_flight;
  }
  Report(state, *pool);
}
BENCHMARK(BM_Throughput)
    ->ArgNames({"threads", "spin", "home_spin"})
    ->Args({1, 5000, 1000})
    ->Args({2, 5000, 1000})
    ->Args({4, 5000, 1000})
    ->Args({4, 5000, 0})
    ->Args({4, 0, 0})
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// Tasks that tell nobody, all scheduled as fast as can be, then waited for.
void BM_FanOut(benchmark::State& state) {
  constexpr int kTasks = 1 << 14;
  struct Empty : PoolTask {
    Empty() : PoolTask([](PoolTask&, Outcome) {}) {}
  };
  const auto tasks = std::make_unique<Empty[]>(kTasks);
  auto pool = NewPool(static_cast<int>(state.range(0)), absl::Nanoseconds(state.range(1)));
  int64_t scheduled = 0;
  while (state.KeepRunningBatch(kTasks)) {
    for (int i = 0; i < kTasks; ++i) CHECK_OK(pool->Schedule(tasks[i]));
    scheduled += kTasks;
    while (pool->stats().finished < scheduled) CpuRelax();
  }
  Report(state, *pool);
}
BENCHMARK(BM_FanOut)
    ->ArgNames({"threads", "spin"})
    ->Args({1, 5000})
    ->Args({2, 5000})
    ->Args({4, 5000})
    ->Args({4, 0})
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace rondo
