// Coroutines that go to the pool and back.
#include "runtime/pool_stay.h"

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"
#include "runtime/with_timeout.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PoolStayTest : public SimulatedRuntime {
 protected:
  void SetUp() override { Build(); }

  // Says how it got to the pool, or that it did not.
  Task<absl::Status> Visit() {
    absl::Status status = co_await ResumeOnPool();
    Log(absl::StrCat("visit: ", absl::StatusCodeToString(status.code())));
    if (status.ok()) co_await ResumeOnLoop();
    co_return status;
  }
};

TEST_F(PoolStayTest, CancelledBeforeAWorkerIsFreeItEndsAtOnceAndDoesNotRunThere) {
  absl::Status status;
  auto body = [&]() -> Task<void> {
    status = co_await WithTimeout(Visit(), absl::Milliseconds(10));
  };
  runtime->Spawn(body());
  // The pool has no worker that would take it.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    clock->Advance(absl::Milliseconds(1));
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(log, ElementsAre("visit: DEADLINE_EXCEEDED"));
  EXPECT_TRUE(runtime->DumpActive().empty());
  EXPECT_TRUE(pool->RunOne()) << "what a worker finds now is nobody";
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("visit: DEADLINE_EXCEEDED"));
}

TEST_F(PoolStayTest, CancelledWhileItRunsThereItComesBackAndHearsOfItThen) {
  std::vector<std::string> codes;
  TaskScope* scope = nullptr;
  auto inner = [&]() -> Task<void> {
    EXPECT_TRUE((co_await ResumeOnPool()).ok());
    // The simulation's worker is the loop's own thread.
    scope->Cancel();
    co_await ResumeOnLoop();
    absl::Status status = co_await Sleep(absl::Seconds(1));
    Log(absl::StatusCodeToString(status.code()));
  };
  auto body = [&]() -> Task<void> {
    TaskScope own(co_await CurrentScope());
    scope = &own;
    co_await inner().In(own);
  };
  runtime->Spawn(body());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("CANCELLED"));
}

class SmallPool : public SimulatedRuntime {};

TEST_F(SmallPool, P5_AFullQueueIsAStatus) {
  auto full = std::make_unique<ManualPool>(/*max_queue=*/1);
  ManualPool& queue = *full;
  runtime = *Runtime::Builder().Use(std::move(full)).Build();
  std::vector<absl::StatusCode> codes;
  auto visit = [&]() -> Task<void> {
    absl::Status status = co_await ResumeOnPool();
    if (status.ok()) co_await ResumeOnLoop();
    codes.push_back(status.code());
  };
  runtime->Spawn(visit());
  runtime->Spawn(visit());
  while (codes.empty()) ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kResourceExhausted));
  queue.RunAll();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kResourceExhausted, absl::StatusCode::kOk));
}

class PoolStayOnThreads : public RealRuntime {
 protected:
  void SetUp() override {
    Build([](Registrar&) { return absl::OkStatus(); });
  }
};

INSTANTIATE_TEST_SUITE_P(Workers, PoolStayOnThreads, testing::Values(1, 2, 8));

TEST_P(PoolStayOnThreads, ThereAndBack) {
  const std::thread::id loop_thread = std::this_thread::get_id();
  int done = 0;
  auto hop = [&](int rounds) -> Task<void> {
    for (int i = 0; i < rounds; ++i) {
      EXPECT_TRUE((co_await ResumeOnPool()).ok());
      EXPECT_NE(std::this_thread::get_id(), loop_thread);
      co_await ResumeOnLoop();
      EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    }
    ++done;
  };
  for (int i = 0; i < 20; ++i) runtime->Spawn(hop(50), "hop");
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(done, 20);
}

TEST_P(PoolStayOnThreads, ATaskThatEndsOnThePoolIsAwaitedOnTheLoop) {
  const std::thread::id loop_thread = std::this_thread::get_id();
  auto compute = []() -> Task<int> {
    (co_await ResumeOnPool()).IgnoreError();
    co_return 3;
  };
  int sum = 0;
  auto body = [&]() -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      sum += co_await compute();
      EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    }
  };
  runtime->Spawn(body(), "body");
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(sum, 300);
}

TEST_P(PoolStayOnThreads, CancellationsThatRaceWithWorkers) {
  int ended = 0;
  auto visit = [&](TaskScope& scope) -> Task<void> {
    if ((co_await ResumeOnPool()).ok()) co_await ResumeOnLoop();
    EXPECT_TRUE(scope.loop().OnLoopThread());
    ++ended;
  };
  auto body = [&]() -> Task<void> {
    for (int i = 0; i < 500; ++i) {
      TaskScope scope(co_await CurrentScope());
      // Sometimes before, sometimes after a worker has it.
      runtime->Post([&scope] { scope.Cancel(); });
      for (int j = 0; j < i % 20; ++j) std::this_thread::yield();
      co_await visit(scope).In(scope);
      (co_await Sleep(absl::ZeroDuration())).IgnoreError();  // The post is over.
    }
  };
  runtime->Spawn(body(), "body");
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(ended, 500);
}

TEST_P(PoolStayOnThreads, DestroyedWhileACoroutineOnThePoolWaitsForItsStopRequest) {
  absl::Notification began;
  auto body = [&]() -> Task<void> {
    const std::stop_token token = (co_await CurrentScope()).token();
    (co_await ResumeOnPool()).IgnoreError();
    began.Notify();
    while (!token.stop_requested()) std::this_thread::yield();
  };
  runtime->Spawn(body(), "body");
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  began.WaitForNotification();
  runtime.reset();
}

TEST_P(PoolStayOnThreads, DestroyedWhileCoroutinesAreOnThePool) {
  for (const bool comes_back : {true, false}) {
    absl::Notification began;
    absl::Notification go_on;
    auto body = [&]() -> Task<void> {
      (co_await ResumeOnPool()).IgnoreError();
      began.Notify();
      go_on.WaitForNotification();
      if (comes_back) co_await ResumeOnLoop();
    };
    auto queued = []() -> Task<void> { (co_await ResumeOnPool()).IgnoreError(); };
    runtime->Spawn(body(), "body");
    for (int i = 0; i < 20; ++i) runtime->Spawn(queued(), "queued");
    ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    began.WaitForNotification();
    go_on.Notify();
    Build([](Registrar&) { return absl::OkStatus(); });  // Destroys the old one.
  }
}

}  // namespace
}  // namespace rondo
