// Races that a single run may miss; what they look for is mostly a hang.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "pool/backoff.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"
#include "tests/pool/pool_fixture.h"
#include "tests/process_state.h"

namespace rondo {
namespace {

using Pending = Pool::Pending;
using Outcome = PoolTask::Outcome;

#if defined(ABSL_HAVE_THREAD_SANITIZER) || defined(ABSL_HAVE_ADDRESS_SANITIZER)
constexpr int64_t kManyTasks = 1'000'000;
#else
constexpr int64_t kManyTasks = 10'000'000;
#endif

class ThreadPoolStressTest : public PoolTestByWorkers {};
INSTANTIATE_TEST_SUITE_P(Workers, ThreadPoolStressTest, testing::Values(1, 2, 8));

// Can be scheduled again once it is free.
struct Reusable : PoolTask {
  Reusable()
      : PoolTask([](PoolTask& task, Outcome) {
          static_cast<Reusable&>(task).free.store(true, std::memory_order_release);
        }) {}
  void WaitUntilFree() {
    for (Backoff backoff; !free.load(std::memory_order_acquire);) backoff.Wait();
  }
  std::atomic<bool> free = true;
};

// Eight threads, each with bursts between which it lets the pool run dry.
TEST_P(ThreadPoolStressTest, P7_NoWakeUpIsLost) {
  constexpr int kSubmitters = 8;
  constexpr int kBurst = 1024;
  // Every worker count gets its share of the number that is promised.
  const int64_t tasks = GetParam() == 8 ? kManyTasks : kManyTasks / 10;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  std::vector<std::thread> submitters;
  for (int submitter = 0; submitter < kSubmitters; ++submitter) {
    submitters.emplace_back([&pool, tasks] {
      const auto burst = std::make_unique<Reusable[]>(kBurst);
      int64_t left = tasks / kSubmitters;
      for (int size = 1; left > 0; size = size % kBurst + 1) {
        for (int i = 0; i < size && left > 0; ++i, --left) {
          burst[i].WaitUntilFree();
          burst[i].free.store(false, std::memory_order_relaxed);
          ASSERT_TRUE(pool.Schedule(burst[i]).ok());
        }
        if (size % 8 != 0) continue;
        for (int i = 0; i < size; ++i) burst[i].WaitUntilFree();
      }
      for (int i = 0; i < kBurst; ++i) burst[i].WaitUntilFree();
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  const Pool::Stats stats = pool.stats();
  EXPECT_EQ(stats.scheduled, tasks / kSubmitters * kSubmitters);
  EXPECT_EQ(stats.started, stats.scheduled);
  EXPECT_LE(stats.wakeups, stats.scheduled);
}

// One task at a time, so that each submission meets workers on their way to sleep.
TEST_P(ThreadPoolStressTest, P7_SubmissionsRaceWithSleep) {
  for (const absl::Duration spin : {absl::ZeroDuration(), absl::Microseconds(5)}) {
    ThreadPool& pool = NewPool({.threads = GetParam(), .spin = spin});
    Reusable task;
    for (int i = 0; i < 1000; ++i) {
      task.free.store(false);
      ASSERT_TRUE(pool.Schedule(task).ok());
      task.WaitUntilFree();
      // From not at all to about the time in which a worker falls asleep.
      for (int wait = 0; wait < i % 100; ++wait) CpuRelax();
    }
    EXPECT_LE(pool.stats().wakeups, 1000);
  }
}

int CountAsleep() {
  int asleep = 0;
  for (const ThreadState& thread : ThreadsCalled("pool")) asleep += thread.asleep ? 1 : 0;
  return asleep;
}

// Counted by the kernel: which threads have run at all.
TEST_P(ThreadPoolStressTest, P7_OneNewTaskWakesOneThread) {
  ThreadPool& pool = NewPool({.threads = GetParam(), .spin = absl::ZeroDuration()});
  const auto all_sleep = [] { return CountAsleep() == GetParam(); };
  Reusable task;
  for (int i = 0; i < 20; ++i) {
    WaitUntil(all_sleep);
    const std::vector<ThreadState> before = ThreadsCalled("pool");
    const int64_t wakeups_before = pool.stats().wakeups;
    task.free.store(false);
    ASSERT_TRUE(pool.Schedule(task).ok());
    task.WaitUntilFree();
    WaitUntil(all_sleep);
    const std::vector<ThreadState> after = ThreadsCalled("pool");
    ASSERT_EQ(before.size(), after.size());
    int have_run = 0;
    for (size_t j = 0; j < after.size(); ++j) {
      have_run += after[j].switches != before[j].switches ? 1 : 0;
    }
    EXPECT_EQ(have_run, 1);
    EXPECT_EQ(pool.stats().wakeups, wakeups_before + 1);
  }
}

TEST_P(ThreadPoolStressTest, AnIdlePoolDoesNotRunAtAll) {
  ThreadPool& idle = NewPool({.threads = GetParam()});
  ThreadPool& busy = NewPool({.threads = 1, .name = "other"});
  Reusable task;
  ASSERT_TRUE(idle.Schedule(task).ok());
  task.WaitUntilFree();
  WaitUntil([] { return CountAsleep() == GetParam(); });
  const std::vector<ThreadState> before = ThreadsCalled("pool");
  for (int i = 0; i < 1000; ++i) {
    task.free.store(false);
    ASSERT_TRUE(busy.Schedule(task).ok());
    task.WaitUntilFree();
  }
  const std::vector<ThreadState> after = ThreadsCalled("pool");
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].switches, before[i].switches);
}

// Several threads submit while the pool is shut down: every task that was accepted is run or
// discarded, once, and no other is.
TEST_P(ThreadPoolStressTest, P8_SubmissionsRaceWithShutdown) {
  constexpr int kSubmitters = 3;
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    const Pending pending = round % 2 == 0 ? Pending::kRun : Pending::kDiscard;
    ThreadPool& pool = NewPool({.threads = GetParam()});
    std::atomic<int64_t> accepted = 0;
    std::atomic<int64_t> ran = 0;
    std::atomic<int64_t> discarded = 0;
    const auto count = [&](Outcome outcome) { ++(outcome == Outcome::kRun ? ran : discarded); };
    std::vector<std::thread> submitters;
    for (int submitter = 0; submitter < kSubmitters; ++submitter) {
      submitters.emplace_back([&, submitter] {
        std::vector<std::unique_ptr<CallTask>> tasks;
        do {
          // The shutdown comes somewhere between before the first submission and in the midst of
          // many; from a submitter, as others may wait long for a processor meanwhile.
          if (submitter == 0 && tasks.size() == static_cast<size_t>(round)) pool.Shutdown(pending);
          tasks.push_back(std::make_unique<CallTask>(count));
        } while (
            (submitter == 1 ? pool.TrySchedule(*tasks.back()) : pool.Schedule(*tasks.back())).ok());
        accepted += static_cast<int64_t>(tasks.size()) - 1;
        pool.Shutdown(pending);  // so that the tasks may go
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
    EXPECT_EQ(ran + discarded, accepted);
    const Pool::Stats stats = pool.stats();
    EXPECT_EQ(stats.scheduled, accepted);
    EXPECT_EQ(stats.finished, ran);
    EXPECT_EQ(stats.started, ran);
    EXPECT_EQ(stats.discarded, discarded);
    if (pending == Pending::kRun) EXPECT_EQ(discarded, 0);
  }
}

TEST_P(ThreadPoolStressTest, P4_PoolsComeAndGo) {
  for (int i = 0; i < 200; ++i) {
    auto pool = ThreadPool::Create({.threads = GetParam()}).value();
    if (i % 2 == 0) EXPECT_TRUE(pool->Schedule([] {}).ok());
  }
}

// Fills and empties a tiny queue over and over.
TEST_P(ThreadPoolStressTest, P5_TheBoundHoldsWhileWorkersTake) {
  constexpr int kBound = 2;
  constexpr int kSubmitters = 3;
  constexpr int kTasks = 16;
  constexpr int kAccepted = 2000;
  ThreadPool& pool = NewPool({.threads = GetParam(), .max_queue = kBound});
  std::vector<std::thread> submitters;
  for (int submitter = 0; submitter < kSubmitters; ++submitter) {
    submitters.emplace_back([&] {
      const auto tasks = std::make_unique<Reusable[]>(kTasks);
      for (int accepted = 0; accepted < kAccepted;) {
        Reusable& task = tasks[accepted % kTasks];
        task.WaitUntilFree();
        task.free.store(false);
        if (pool.TrySchedule(task).ok()) {
          ++accepted;
        } else {
          task.free.store(true);
          std::this_thread::yield();  // to the workers
        }
        // Counted in this order, the difference is at most what waited in between.
        const int64_t scheduled = pool.stats().scheduled;
        EXPECT_LE(scheduled - pool.stats().started, kBound);
      }
      for (int i = 0; i < kTasks; ++i) tasks[i].WaitUntilFree();
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  WaitUntil([&] { return pool.stats().finished == kAccepted * kSubmitters; });
}

}  // namespace
}  // namespace rondo
