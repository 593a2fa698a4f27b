// W4 on Rondo.
//
//   rondo tick COUNT        next ticks, of which each queues the next
//   rondo post COUNT        posts of the loop to itself, 1000 at once
//   rondo turn COUNT        immediates, of which each queues the next: turns of the loop
//   rondo coroutine COUNT   a coroutine that awaits the next tick
//   rondo remote COUNT      posts from another thread
//   rondo post-intrusive|remote-intrusive COUNT   the same with tasks that need no memory

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/throttle.h"
#include "runtime/awaitables.h"
#include "runtime/loop.h"
#include "runtime/loop_task.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo {
namespace {

constexpr int kBatch = 1000;

struct TickChain {
  Runtime* runtime;
  int64_t* left;
  void operator()() const {
    if (--*left > 0) runtime->NextTick(*this);
  }
};

void Tick(Runtime& runtime, int64_t count) {
  runtime.NextTick(TickChain{&runtime, &count});
  CHECK_OK(runtime.Run());
  CHECK_EQ(count, 0);
}

// Runs `post_batch` on the loop, once a turn, until `count` tasks have been posted.
template <typename PostBatch>
void InBatches(Runtime& runtime, int64_t count, PostBatch post_batch) {
  int64_t posted = 0;
  std::function<void()> batch = [&] {
    post_batch();
    posted += kBatch;
    if (posted < count) runtime.SetImmediate([&batch] { batch(); });
  };
  runtime.SetImmediate([&batch] { batch(); });
  CHECK_OK(runtime.Run());
}

void Post(Runtime& runtime, int64_t count) {
  int64_t called = 0;
  InBatches(runtime, count, [&] {
    for (int i = 0; i < kBatch; ++i) runtime.Post([&called] { ++called; });
  });
  CHECK_GE(called, count);
}

struct ImmediateChain {
  Runtime* runtime;
  int64_t* left;
  void operator()() const {
    if (--*left > 0) runtime->SetImmediate(*this);
  }
};

void Turn(Runtime& runtime, int64_t count) {
  runtime.SetImmediate(ImmediateChain{&runtime, &count});
  CHECK_OK(runtime.Run());
  CHECK_EQ(count, 0);
}

Task<void> Yield(int64_t count, bool* done) {
  for (int64_t i = 0; i < count; ++i) co_await NextTick();
  *done = true;
}

void Coroutine(Runtime& runtime, int64_t count) {
  bool done = false;
  runtime.Spawn(Yield(count, &done), "yield");
  CHECK_OK(runtime.Run());
  CHECK(done);
}

void Remote(Runtime& runtime, int64_t count) {
  int64_t called = 0;
  std::atomic<int64_t> done = 0;
  runtime.loop().Keep();
  std::thread other([&] {
    for (int64_t i = 0; i < count; ++i) {
      bench::Throttle(i, [&] { return done.load(std::memory_order_relaxed); });
      runtime.Post([&called, &done] {
        if (++called % bench::kThrottleEvery == 0) done.store(called, std::memory_order_relaxed);
      });
    }
    runtime.Post([&runtime] { runtime.loop().Release(); });
  });
  CHECK_OK(runtime.Run());
  other.join();
  CHECK_EQ(called, count);
}

struct Counting : LoopTask {
  Counting() : LoopTask(&Called) {}
  static void Called(LoopTask& task, Mode) { ++*static_cast<Counting&>(task).called; }
  int64_t* called = nullptr;
};

void PostIntrusive(Runtime& runtime, int64_t count) {
  int64_t called = 0;
  std::vector<Counting> tasks(kBatch);
  for (Counting& task : tasks) task.called = &called;
  InBatches(runtime, count, [&] {
    for (Counting& task : tasks) runtime.loop().PostTask(task);
  });
  CHECK_GE(called, count);
}

struct CountingRemote : LoopTask {
  CountingRemote() : LoopTask(&Called) {}
  static void Called(LoopTask& task, Mode) {
    CountingRemote& self = static_cast<CountingRemote&>(task);
    if (++*self.called % bench::kThrottleEvery == 0) {
      self.done->store(*self.called, std::memory_order_release);
    }
  }
  int64_t* called = nullptr;
  std::atomic<int64_t>* done = nullptr;
};

void RemoteIntrusive(Runtime& runtime, int64_t count) {
  int64_t called = 0;
  std::atomic<int64_t> done = 0;
  // Twice the backlog: a place is free again long before its turn comes.
  std::vector<CountingRemote> tasks(2 * bench::kMaxBacklog + bench::kThrottleEvery);
  for (CountingRemote& task : tasks) {
    task.called = &called;
    task.done = &done;
  }
  runtime.loop().Keep();
  std::thread other([&] {
    size_t place = 0;
    for (int64_t i = 0; i < count; ++i) {
      bench::Throttle(i, [&] { return done.load(std::memory_order_acquire); });
      runtime.loop().PostTask(tasks[place]);
      if (++place == tasks.size()) place = 0;
    }
    runtime.Post([&runtime] { runtime.loop().Release(); });
  });
  CHECK_OK(runtime.Run());
  other.join();
  CHECK_EQ(called, count);
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  const std::map<std::string, void (*)(rondo::Runtime&, int64_t)> variants = {
      {"tick", &rondo::Tick},
      {"post", &rondo::Post},
      {"post-intrusive", &rondo::PostIntrusive},
      {"turn", &rondo::Turn},
      {"coroutine", &rondo::Coroutine},
      {"remote", &rondo::Remote},
      {"remote-intrusive", &rondo::RemoteIntrusive},
  };
  const auto found = variants.find(variant);
  bench::Require(found != variants.end(), "a variant");
  void (*const run)(rondo::Runtime&, int64_t) = found->second;
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime = rondo::Runtime::Builder().Build();
  CHECK_OK(runtime.status());
  run(**runtime, 10'000);
  const bench::Measurement measurement;
  run(**runtime, count);
  measurement.End(count).Print();
}
