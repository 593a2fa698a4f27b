#include "pool/thread_pool.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/scoped_mock_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pool/pool.h"
#include "tests/pool/pool_fixture.h"
#include "tests/process_state.h"

namespace rondo {
namespace {

using Pending = Pool::Pending;
using Outcome = PoolTask::Outcome;
using ::testing::_;

class ThreadPoolTest : public PoolTest {};
class ThreadPoolTestByWorkers : public PoolTestByWorkers {};
INSTANTIATE_TEST_SUITE_P(Workers, ThreadPoolTestByWorkers, testing::Values(1, 2, 8));

// The header's example.
TEST_F(ThreadPoolTest, RunsAFunction) {
  absl::StatusOr<std::unique_ptr<ThreadPool>> pool = ThreadPool::Create({.threads = 2});
  ASSERT_TRUE(pool.ok());
  bool done = false;
  absl::Status status = (*pool)->Schedule([&done] { done = true; });
  EXPECT_TRUE(status.ok());
  (*pool)->Shutdown(ThreadPool::Pending::kRun);
  EXPECT_TRUE(done);
}

// When a task starts, at most the other workers can have taken an earlier one and not started it
// yet; and each worker alone sees the order exactly.
TEST_P(ThreadPoolTestByWorkers, P1_TasksOfOneThreadStartInTheirOrder) {
  constexpr int kTasks = 2000;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  std::vector<std::atomic<bool>> started(kTasks);
  absl::BlockingCounter left(kTasks);
  for (int i = 0; i < kTasks; ++i) {
    ASSERT_TRUE(pool.Schedule([&, i] {
                      thread_local int last = -1;
                      EXPECT_GT(i, last);
                      last = i;
                      started[i].store(true);
                      int overtaken = 0;
                      for (int j = 0; j < i; ++j) overtaken += started[j].load() ? 0 : 1;
                      EXPECT_LT(overtaken, GetParam());
                      left.DecrementCount();
                    })
                    .ok());
  }
  left.Wait();
}

TEST_P(ThreadPoolTestByWorkers, P1_OneWorkerForEachTaskAsLongAsThereAreWorkers) {
  ThreadPool& pool = NewPool({.threads = GetParam()});
  // Each waits for all: hangs unless all run at once.
  std::latch all_run(GetParam());
  for (int i = 0; i < GetParam(); ++i) {
    ASSERT_TRUE(pool.Schedule([&] { all_run.arrive_and_wait(); }).ok());
  }
  pool.Shutdown(Pending::kRun);
}

TEST_P(ThreadPoolTestByWorkers, P4_AllThreadsExistAfterCreate) {
  const int before = CountThreads();
  ThreadPool& pool = NewPool({.threads = GetParam()});
  EXPECT_EQ(CountThreads(), before + GetParam());
  EXPECT_EQ(pool.thread_count(), GetParam());
}

TEST_F(ThreadPoolTest, P4_RefusesInvalidOptions) {
  const auto message = [](ThreadPool::Options options) {
    const absl::Status status = ThreadPool::Create(std::move(options)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_EQ(message({.threads = 0}), "a pool has 1 to 1024 threads, not 0");
  EXPECT_EQ(message({.threads = -3}), "a pool has 1 to 1024 threads, not -3");
  EXPECT_EQ(message({.threads = 1025}), "a pool has 1 to 1024 threads, not 1025");
  EXPECT_EQ(message({.max_queue = 0}), "a pool's max_queue is at least 1, not 0");
  EXPECT_EQ(message({.spin = absl::Seconds(1)}), "a pool's spin is between 0 and 1ms, not 1s");
  EXPECT_EQ(message({.spin = -absl::Nanoseconds(1)}),
            "a pool's spin is between 0 and 1ms, not -1ns");
}

std::atomic<int> creatable = 0;

int CreateSomeThreads(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                      void* argument) {
  if (creatable.fetch_sub(1) <= 0) return EAGAIN;
  return pthread_create(thread, attributes, start, argument);
}

// The fixture finds those that were created, should they live on.
TEST_P(ThreadPoolTestByWorkers, P4_AThreadThatCannotBeCreatedIsAStatus) {
  for (int possible = 0; possible < GetParam(); ++possible) {
    creatable = possible;
    const absl::Status status =
        ThreadPool::Create(
            {.threads = GetParam(), .name = "crowd", .create_thread = &CreateSomeThreads})
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status.message(),
              absl::StrCat("create thread ", possible + 1, " of ", GetParam(),
                           " of the pool \"crowd\": Resource temporarily unavailable"));
  }
}

TEST_F(ThreadPoolTest, P4_AnotherErrorKeepsItsCode) {
  const absl::Status status =
      ThreadPool::Create({.create_thread = [](pthread_t*, const pthread_attr_t*, void* (*)(void*),
                                              void*) {
        return EPERM;
      }}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(ThreadPoolTest, P5_AFullQueueRejectsAtOnce) {
  ThreadPool& pool = NewPool({.threads = 1, .max_queue = 2});
  CallTask a([](Outcome) {});
  CallTask b([](Outcome) {});
  CallTask c([](Outcome) {});
  CallTask d([](Outcome) {});
  {
    BusyWorker busy(pool);  // runs, so it does not wait
    EXPECT_TRUE(pool.TrySchedule(a).ok());
    EXPECT_TRUE(pool.TrySchedule(b).ok());
    EXPECT_EQ(pool.TrySchedule(c).code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(pool.Schedule(d).ok());
    EXPECT_EQ(pool.stats().waiting(), 3);
  }
  absl::Notification ran;
  ASSERT_TRUE(pool.Schedule([&] { ran.Notify(); }).ok());
  ran.WaitForNotification();
  EXPECT_TRUE(pool.TrySchedule(c).ok());
  pool.Shutdown(Pending::kRun);
  EXPECT_EQ(pool.stats().scheduled, 6);
}

TEST_P(ThreadPoolTestByWorkers, P8_DrainRunsWhatWasAccepted) {
  constexpr int kTasks = 100;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  std::atomic<int> ran = 0;
  absl::Notification accepted;
  // Accepted although by a task: the shutdown has not begun.
  ASSERT_TRUE(pool.Schedule([&] {
                    EXPECT_TRUE(pool.Schedule([&] { ++ran; }).ok());
                    accepted.Notify();
                  })
                  .ok());
  for (int i = 0; i < kTasks; ++i) ASSERT_TRUE(pool.Schedule([&] { ++ran; }).ok());
  accepted.WaitForNotification();
  pool.Shutdown(Pending::kRun);
  EXPECT_EQ(ran, kTasks + 1);
  EXPECT_EQ(pool.stats().finished, kTasks + 2);
  EXPECT_EQ(pool.stats().discarded, 0);
}

TEST_P(ThreadPoolTestByWorkers, P8_TheDestructorDrains) {
  std::atomic<int> ran = 0;
  {
    auto pool = ThreadPool::Create({.threads = GetParam()}).value();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool->Schedule([&] { ++ran; }).ok());
  }
  EXPECT_EQ(ran, 100);
}

TEST_F(ThreadPoolTest, P8_ATaskThatRunsDuringShutdownFindsThePoolClosed) {
  ThreadPool& pool = NewPool({.threads = 1});
  absl::Status by_task;
  absl::Notification closed;
  ASSERT_TRUE(pool.Schedule([&] {
                    closed.WaitForNotification();
                    by_task = pool.Schedule([] { FAIL(); });
                  })
                  .ok());
  std::thread closer([&] { pool.Shutdown(Pending::kRun); });
  // What the worker cannot run while the task above waits: closed when it is refused.
  std::vector<std::unique_ptr<CallTask>> probes;
  do {
    probes.push_back(std::make_unique<CallTask>([](Outcome) {}));
  } while (pool.Schedule(*probes.back()).ok());
  closed.Notify();
  closer.join();
  EXPECT_EQ(by_task.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(ThreadPoolTestByWorkers, P8_DiscardTellsEveryTaskOnceOnTheThreadThatShutsDown) {
  constexpr int kTasks = 100;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  std::vector<std::unique_ptr<BusyWorker>> busy;
  for (int i = 0; i < GetParam(); ++i) busy.push_back(std::make_unique<BusyWorker>(pool));
  std::vector<std::unique_ptr<CallTask>> tasks;
  std::vector<int> discarded;
  const pthread_t closer = pthread_self();
  for (int i = 0; i < kTasks; ++i) {
    tasks.push_back(std::make_unique<CallTask>([&, i](Outcome outcome) {
      EXPECT_EQ(outcome, Outcome::kDiscarded);
      EXPECT_TRUE(pthread_equal(pthread_self(), closer));
      EXPECT_EQ(pool.Schedule(*tasks[i]).code(), absl::StatusCode::kFailedPrecondition);
      discarded.push_back(i);
      // The workers are not waited for before everything has been discarded.
      if (i == kTasks - 1) busy.clear();
    }));
    ASSERT_TRUE(pool.Schedule(*tasks.back()).ok());
  }
  pool.Shutdown(Pending::kDiscard);
  ASSERT_EQ(discarded.size(), kTasks);
  for (int i = 0; i < kTasks; ++i) EXPECT_EQ(discarded[i], i);
  const Pool::Stats stats = pool.stats();
  EXPECT_EQ(stats.scheduled, kTasks + GetParam());
  EXPECT_EQ(stats.started, GetParam());
  EXPECT_EQ(stats.finished, GetParam());
  EXPECT_EQ(stats.discarded, kTasks);
}

TEST_P(ThreadPoolTestByWorkers, P8_LaterSubmissionsAreRefused) {
  ThreadPool& pool = NewPool({.threads = GetParam()});
  pool.Shutdown(Pending::kRun);
  CallTask task([](Outcome) { FAIL(); });
  EXPECT_EQ(pool.Schedule(task).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(pool.TrySchedule(task).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(pool.Schedule([] { FAIL(); }).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(pool.stats().scheduled, 0);
}

TEST_P(ThreadPoolTestByWorkers, P8_ShutdownJoinsAllThreadsWhoeverCallsIt) {
  const int before = CountThreads();
  ThreadPool& pool = NewPool({.threads = GetParam()});
  auto busy = std::make_unique<BusyWorker>(pool);
  std::atomic<int> returned = 0;
  std::vector<std::thread> closers;
  for (const Pending pending : {Pending::kRun, Pending::kDiscard, Pending::kRun}) {
    closers.emplace_back([&, pending] {
      pool.Shutdown(pending);
      returned.fetch_add(1);
    });
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(returned, 0);
    std::this_thread::yield();
  }
  busy.reset();
  for (std::thread& closer : closers) closer.join();
  pool.Shutdown(Pending::kDiscard);
  WaitUntil([&] { return CountThreads() == before; });
}

using ThreadPoolDeathTest = ThreadPoolTest;

TEST_F(ThreadPoolDeathTest, P8_ATaskCannotShutItsOwnPoolDown) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto pool = ThreadPool::Create({.name = "selfish"}).value();
        absl::Status status = pool->Schedule([&pool] { pool->Shutdown(Pending::kRun); });
        pool->Shutdown(Pending::kRun);
      },
      "a task shuts its own pool \"selfish\" down");
  EXPECT_DEATH(
      {
        ThreadPool* pool = ThreadPool::Create({.threads = 1}).value().release();
        BusyWorker busy(*pool);
        absl::Status status = pool->Schedule([] {});
        CallTask task([&](Outcome) {
          busy.Open();
          delete pool;
        });
        status = pool->Schedule(task);
        pool->Shutdown(Pending::kDiscard);
      },
      "a task shuts its own pool \"pool\" down");
}

TEST_F(ThreadPoolTest, ATaskOfAnotherPoolMayShutAPoolDown) {
  ThreadPool& outer = NewPool({.threads = 1});
  auto inner = ThreadPool::Create({.threads = 1}).value();
  absl::Notification done;
  ASSERT_TRUE(outer
                  .Schedule([&] {
                    inner.reset();
                    done.Notify();
                  })
                  .ok());
  done.WaitForNotification();
}

TEST_F(ThreadPoolTest, P9_AnExceptionIsContainedCountedAndLogged) {
  absl::ScopedMockLog log(absl::MockLogDefault::kDisallowUnexpected);
  EXPECT_CALL(log, Log(absl::LogSeverity::kError, _,
                       "fragile0: a task ended with an exception: out of luck"));
  EXPECT_CALL(log, Log(absl::LogSeverity::kError, _,
                       "fragile0: a task ended with an exception that is no std::exception"));
  log.StartCapturingLogs();
  ThreadPool& pool = NewPool({.threads = 1, .name = "fragile"});
  ASSERT_TRUE(pool.Schedule([] { throw std::runtime_error("out of luck"); }).ok());
  ASSERT_TRUE(pool.Schedule([] { throw 42; }).ok());
  bool lives = false;
  ASSERT_TRUE(pool.Schedule([&] { lives = true; }).ok());
  pool.Shutdown(Pending::kRun);
  EXPECT_TRUE(lives);
  EXPECT_EQ(pool.stats().exceptions, 2);
  EXPECT_EQ(pool.stats().finished, 3);
}

TEST_F(ThreadPoolTest, P9_ADiscardedTaskMayThrowToo) {
  ThreadPool& pool = NewPool({.threads = 1});
  auto busy = std::make_unique<BusyWorker>(pool);
  CallTask task([&](Outcome) {
    busy.reset();
    throw std::runtime_error("discarded");
  });
  ASSERT_TRUE(pool.Schedule(task).ok());
  pool.Shutdown(Pending::kDiscard);
  EXPECT_EQ(pool.stats().exceptions, 1);
  EXPECT_EQ(pool.stats().discarded, 1);
}

// The header's example of PoolTask: it frees itself.
TEST_P(ThreadPoolTestByWorkers, TasksMayDestroyThemselves) {
  struct Greeting : PoolTask {
    Greeting(std::string who, std::atomic<int>& greeted)
        : PoolTask(&Say), who(std::move(who)), greeted(greeted) {}
    static void Say(PoolTask& task, Outcome outcome) {
      std::unique_ptr<Greeting> self(static_cast<Greeting*>(&task));
      if (outcome == Outcome::kRun && self->who == "world") ++self->greeted;
    }
    std::string who;
    std::atomic<int>& greeted;
  };
  std::atomic<int> greeted = 0;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(pool.Schedule(*new Greeting("world", greeted)).ok());
  }
  pool.Shutdown(Pending::kRun);
  EXPECT_EQ(greeted, 1000);
}

TEST_P(ThreadPoolTestByWorkers, TasksMayScheduleThemselvesAndOthers) {
  constexpr int kRounds = 1000;
  ThreadPool& pool = NewPool({.threads = GetParam()});
  absl::BlockingCounter done(2 * kRounds);
  int left = kRounds;
  CallTask task([&](Outcome) {
    EXPECT_TRUE(pool.Schedule([&] { done.DecrementCount(); }).ok());
    // Read before the task is scheduled again, when another worker may write it.
    const bool again = --left > 0;
    if (again) EXPECT_TRUE(pool.Schedule(task).ok());
    done.DecrementCount();
  });
  ASSERT_TRUE(pool.Schedule(task).ok());
  done.Wait();
}

TEST_F(ThreadPoolTest, ThreadsAreNamed) {
  ThreadPool& pool = NewPool({.threads = 3, .name = "a_very_long_name"});
  absl::Mutex mutex;
  std::set<std::string> kernel_names;
  std::set<std::string> names;
  std::latch all_run(3);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.Schedule([&] {
                      char name[16];
                      ASSERT_EQ(pthread_getname_np(pthread_self(), name, sizeof name), 0);
                      {
                        absl::MutexLock lock(&mutex);
                        kernel_names.insert(name);
                        names.emplace(ThreadPool::CurrentWorkerName());
                      }
                      all_run.arrive_and_wait();
                    })
                    .ok());
  }
  pool.Shutdown(Pending::kRun);
  EXPECT_THAT(kernel_names,
              testing::ElementsAre("a_very_long_na0", "a_very_long_na1", "a_very_long_na2"));
  EXPECT_THAT(names,
              testing::ElementsAre("a_very_long_name0", "a_very_long_name1", "a_very_long_name2"));
  EXPECT_EQ(ThreadPool::CurrentWorkerName(), "");
}

TEST_F(ThreadPoolTest, WorkersLeaveTheSignalsOfTheProcessToOthers) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  sigset_t original;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &mask, &original), 0);
  ThreadPool& pool = NewPool({.threads = 1});
  sigset_t after;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &original, &after), 0);
  sigset_t worker;
  ASSERT_TRUE(pool.Schedule([&] { pthread_sigmask(SIG_SETMASK, nullptr, &worker); }).ok());
  pool.Shutdown(Pending::kRun);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    EXPECT_EQ(sigismember(&worker, signal), 1) << signal;
    // The creator's own mask is what it was.
    EXPECT_EQ(sigismember(&after, signal), sigismember(&mask, signal)) << signal;
  }
  for (int signal : {SIGSEGV, SIGABRT, SIGPROF}) EXPECT_EQ(sigismember(&worker, signal), 0);
}

TEST_F(ThreadPoolTest, StatsSayWhereTasksAre) {
  ThreadPool& pool = NewPool({.threads = 1});
  Pool::Stats stats;
  {
    BusyWorker busy(pool);
    ASSERT_TRUE(pool.Schedule([] {}).ok());
    ASSERT_TRUE(pool.Schedule([] {}).ok());
    stats = pool.stats();
  }
  EXPECT_EQ(stats.scheduled, 3);
  EXPECT_EQ(stats.started, 1);
  EXPECT_EQ(stats.finished, 0);
  EXPECT_EQ(stats.running(), 1);
  EXPECT_EQ(stats.waiting(), 2);
  pool.Shutdown(Pending::kRun);
  stats = pool.stats();
  EXPECT_EQ(stats.started, 3);
  EXPECT_EQ(stats.finished, 3);
}

}  // namespace
}  // namespace rondo
