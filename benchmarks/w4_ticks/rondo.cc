// W4 on Rondo.
//
//   rondo tick COUNT        next ticks, of which each queues the next
//   rondo post COUNT        posts of the loop to itself, 1000 at once
//   rondo turn COUNT        immediates, of which each queues the next: turns of the loop
//   rondo coroutine COUNT   a coroutine that awaits the next tick
//   rondo remote COUNT      posts from another thread

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/throttle.h"
#include "runtime/awaitables.h"
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

void Post(Runtime& runtime, int64_t count) {
  int64_t called = 0;
  for (int64_t posted = 0; posted < count;) {
    for (int i = 0; i < kBatch; ++i, ++posted) runtime.Post([&called] { ++called; });
    CHECK_OK(runtime.Run());
  }
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

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  void (*const run)(rondo::Runtime&, int64_t) = variant == "tick"        ? &rondo::Tick
                                                : variant == "post"      ? &rondo::Post
                                                : variant == "turn"      ? &rondo::Turn
                                                : variant == "coroutine" ? &rondo::Coroutine
                                                : variant == "remote"    ? &rondo::Remote
                                                                         : nullptr;
  bench::Require(run != nullptr, "tick, post, turn, coroutine or remote");
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime = rondo::Runtime::Builder().Build();
  CHECK_OK(runtime.status());
  run(**runtime, 10'000);
  const bench::Measurement measurement;
  run(**runtime, count);
  measurement.End(count).Print();
}
