// Handles, stop tokens and deadlines: whoever comes first, the caller is told once.
#include <array>
#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/completion.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "tests/runtime/submit_fixture.h"

namespace rondo {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class Cancellation : public SubmitFixture {
 protected:
  // Told once: the result, or `otherwise`.
  static void ExpectOneOfTheTwo(const std::vector<absl::StatusOr<int>>& results,
                                absl::StatusCode otherwise) {
    ASSERT_EQ(results.size(), 1u);
    if (results[0].ok()) {
      EXPECT_EQ(*results[0], 2);
    } else {
      EXPECT_EQ(results[0].status().code(), otherwise);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Workers, Cancellation, testing::Values(1, 2, 8));

TEST_P(Cancellation, K3_AnExpiredDeadlineNeverRuns) {
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Double{}, Into(results), {.timeout = absl::ZeroDuration()});
  runtime->Submit(Double{}, Into(results), {.deadline = absl::Now() - absl::Seconds(1)});
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 2u);
  for (const absl::StatusOr<int>& result : results) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_THAT(result.status().message(), HasSubstr("test.double"));
  }
  EXPECT_EQ(runtime->pool().stats().scheduled, 0);
}

TEST_P(Cancellation, K4_AStopThatRacesWithTheCompletionGivesOneOfTheTwo) {
  for (int i = 0; i < 500; ++i) {
    std::vector<absl::StatusOr<int>> results;
    std::stop_source source;
    runtime->Submit(Double{.value = 1}, Into(results), {.stop_token = source.get_token()});
    std::thread canceller([&] { source.request_stop(); });
    ASSERT_TRUE(runtime->Run().ok());
    canceller.join();
    ExpectOneOfTheTwo(results, absl::StatusCode::kCancelled);
  }
}

TEST_P(Cancellation, K4_AHandleThatRacesWithTheCompletionGivesOneOfTheTwo) {
  for (int i = 0; i < 2000; ++i) {
    std::vector<absl::StatusOr<int>> results;
    TaskHandle handle = runtime->Submit(Double{.value = 1}, Into(results));
    // Sometimes before a worker has it, sometimes while it runs, sometimes when it has returned.
    for (int j = 0; j < i % 50; ++j) std::this_thread::yield();
    handle.Cancel();
    ASSERT_TRUE(runtime->Run().ok());
    ExpectOneOfTheTwo(results, absl::StatusCode::kCancelled);
  }
}

TEST_P(Cancellation, K4_ADeadlineThatRacesWithTheCompletionGivesOneOfTheTwo) {
  for (int i = 0; i < 300; ++i) {
    std::vector<absl::StatusOr<int>> results;
    // Due in the turn in which the result is likely to arrive.
    runtime->Submit(Double{.value = 1}, Into(results), {.timeout = absl::Nanoseconds(1 + i * 100)});
    ASSERT_TRUE(runtime->Run().ok());
    ExpectOneOfTheTwo(results, absl::StatusCode::kDeadlineExceeded);
  }
}

TEST_P(Cancellation, K4_AllThreeAtOnceGiveOne) {
  for (int i = 0; i < 300; ++i) {
    std::vector<absl::StatusOr<int>> results;
    std::stop_source source;
    TaskHandle handle =
        runtime->Submit(Double{.value = 1}, Into(results),
                        {.timeout = absl::Microseconds(50), .stop_token = source.get_token()});
    std::thread canceller([&] { source.request_stop(); });
    handle.Cancel();
    ASSERT_TRUE(runtime->Run().ok());
    canceller.join();
    ASSERT_EQ(results.size(), 1u);
    EXPECT_THAT(results[0].status().code(),
                AnyOf(absl::StatusCode::kOk, absl::StatusCode::kCancelled,
                      absl::StatusCode::kDeadlineExceeded));
  }
}

TEST_P(Cancellation, K4_AStopWhileItWaitsForAPlace) {
  for (int i = 0; i < 100; ++i) {
    absl::Notification began;
    absl::Notification go_on;
    std::vector<absl::StatusOr<std::string>> first;
    std::vector<absl::StatusOr<std::string>> second;
    std::stop_source source;
    runtime->Submit(Block{.began = &began, .go_on = &go_on}, Into(first));
    runtime->Submit(Block{}, Into(second), {.stop_token = source.get_token()});
    began.WaitForNotification();
    // The place becomes free while the stop is on its way.
    std::thread canceller([&] {
      go_on.Notify();
      source.request_stop();
    });
    ASSERT_TRUE(runtime->Run().ok());
    canceller.join();
    ASSERT_EQ(first.size(), 1u);
    EXPECT_TRUE(first[0].ok()) << first[0].status();
    ASSERT_EQ(second.size(), 1u);
    if (second[0].ok()) {
      EXPECT_THAT(*second[0], AnyOf("done", "stopped"));
    } else {
      EXPECT_EQ(second[0].status().code(), absl::StatusCode::kCancelled);
    }
    EXPECT_EQ(StatsOf("test.block").waiting, 0);
  }
}

TEST_P(Cancellation, K4_StopsFromAnotherThreadWhileTheRuntimeIsDestroyed) {
  for (int i = 0; i < 50; ++i) {
    std::array<std::stop_source, 20> sources;
    for (const std::stop_source& source : sources) {
      runtime->Submit(Double{.value = 1}, [](absl::StatusOr<int>) { FAIL() << "it does not run"; },
                      {.stop_token = source.get_token()});
    }
    std::atomic<bool> begin = false;
    std::thread canceller([&] {
      begin = true;
      for (std::stop_source& source : sources) source.request_stop();
    });
    while (!begin) std::this_thread::yield();
    runtime.reset();
    canceller.join();
    Build(&RegisterKinds);
  }
}

TEST_P(Cancellation, P2_AQueuedTaskThatIsCancelledNeverRuns) {
  std::vector<absl::StatusOr<int>> cancelled;
  const int workers = GetParam();
  // Keeps every worker busy, with a closure: test.block runs one at a time.
  absl::Notification release;
  std::atomic<int> busy = 0;
  for (int i = 0; i < workers; ++i) {
    ASSERT_TRUE(runtime->pool()
                    .Schedule([&] {
                      ++busy;
                      release.WaitForNotification();
                      --busy;
                    })
                    .ok());
  }
  while (busy < workers) std::this_thread::yield();
  TaskHandle handle = runtime->Submit(Double{.value = 1}, Into(cancelled));
  handle.Cancel();
  handle.Cancel();
  EXPECT_TRUE(cancelled.empty());
  RunUntil([&] { return !cancelled.empty(); });
  EXPECT_EQ(cancelled[0].status().code(), absl::StatusCode::kCancelled);
  release.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  while (busy > 0) std::this_thread::yield();
  EXPECT_EQ(cancelled.size(), 1u);
  EXPECT_EQ(StatsOf("test.double").run_time.count(), 0) << "it ran";
}

TEST_P(Cancellation, P3_ARunningTaskThatIsCancelledCompletesAtOnceAndItsResultIsDropped) {
  absl::Notification began;
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  TaskHandle handle = runtime->Submit(Block{.began = &began, .go_on = &go_on}, Into(results));
  began.WaitForNotification();
  handle.Cancel();
  RunUntil([&] { return !results.empty(); });
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  std::vector<ActiveItem> active = runtime->DumpActive();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_THAT(active[0].what, HasSubstr("test.block (cancelled, still running)"));
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(results.size(), 1u);
}

TEST_P(Cancellation, P3_ARunningTaskThatPassesItsDeadlineCompletesAtOnce) {
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(Block{.go_on = &go_on}, Into(results), {.timeout = absl::Milliseconds(5)});
  RunUntil([&] { return !results.empty(); });
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kDeadlineExceeded);
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(results.size(), 1u);
}

TEST_P(Cancellation, P3_TheBodySeesTheStopRequest) {
  absl::Notification began;
  std::vector<absl::StatusOr<std::string>> results;
  TaskHandle handle = runtime->Submit(UntilStopped{.began = &began}, Into(results));
  began.WaitForNotification();
  handle.Cancel();
  ASSERT_TRUE(runtime->Run().ok()) << "the body never ends unless it sees the request";
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
}

TEST_P(Cancellation, P3_TheBodySeesThatItsDeadlineHasPassed) {
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(UntilStopped{}, Into(results), {.timeout = absl::Milliseconds(2)});
  ASSERT_TRUE(runtime->Run().ok()) << "the body never ends unless it sees the request";
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(Cancellation, P3_LateResultsOfManyThatRaceWithTheirDeadlinesAreDropped) {
  // Results with memory of their own, of bodies that end about when their callers give up.
  std::vector<absl::StatusOr<std::string>> results;
  for (int i = 0; i < 300; ++i) {
    runtime->Submit(UntilStopped{}, Into(results), {.timeout = absl::Microseconds(1 + i % 3000)});
  }
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 300u);
  for (const auto& result : results) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded);
  }
}

TEST_P(Cancellation, CancelledAfterItCompletedAndBeforeItsCallerWasToldItIsCancelled) {
  std::vector<Completion<int>> completions;
  std::vector<absl::StatusOr<int>> results;
  TaskHandle handle = runtime->Submit(Later{.completions = &completions}, Into(results));
  completions[0].Complete(1);
  handle.Cancel();
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
}

TEST_P(Cancellation, ALoopKindCompletesLaterAndItsCancelHookUnregisters) {
  std::vector<Completion<int>> completions;
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Later{.completions = &completions}, Into(results));
  TaskHandle cancelled = runtime->Submit(Later{.completions = &completions}, Into(results));
  ASSERT_EQ(completions.size(), 2u);
  bool hooked = false;
  completions[1].OnCancel([&] {
    hooked = true;
    completions[1].Complete(-1);  // Too late to be heard.
  });
  cancelled.Cancel();
  completions[0].Complete(1);
  EXPECT_TRUE(results.empty()) << "never from within";
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_TRUE(hooked);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(*results[1], 1);
}

TEST_P(Cancellation, AStopThatWasRequestedBeforeCancels) {
  std::stop_source source;
  source.request_stop();
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Double{}, Into(results), {.stop_token = source.get_token()});
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(runtime->pool().stats().scheduled, 0);
}

TEST_P(Cancellation, AHandleCanBeDroppedInItsOwnCallbackAndAfterTheRuntime) {
  auto text = std::make_shared<std::string>("still here");
  TaskHandle handle;
  handle = runtime->Submit(Double{}, [&handle, text](absl::StatusOr<int>) {
    handle = TaskHandle();
    EXPECT_EQ(*text, "still here");
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(text.use_count(), 1) << "a handle keeps no callback";
  TaskHandle left = runtime->Submit(Double{}, [](absl::StatusOr<int>) {});
  TaskHandle moved = std::move(left);
  runtime.reset();
  moved.Cancel();
}

TEST_P(Cancellation, AHandleCancelsAfterItWasMoved) {
  std::vector<Completion<int>> completions;
  std::vector<absl::StatusOr<int>> results;
  TaskHandle first = runtime->Submit(Later{.completions = &completions}, Into(results));
  TaskHandle second = std::move(first);
  first.Cancel();  // Refers to nothing.
  second.Cancel();
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  completions.clear();
  ASSERT_TRUE(runtime->Run().ok());
}

TEST_P(Cancellation, ACancelHookThatComesTooLateIsCalledAtOnce) {
  std::vector<Completion<int>> completions;
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Later{.completions = &completions}, Into(results)).Cancel();
  RunUntil([&] { return !results.empty(); });
  bool hooked = false;
  completions[0].OnCancel([&] { hooked = true; });
  EXPECT_TRUE(hooked);
  completions.clear();
  ASSERT_TRUE(runtime->Run().ok());
}

TEST_P(Cancellation, DestroyedWhileABodyWaitsForItsStopRequest) {
  absl::Notification began;
  runtime->Submit(UntilStopped{.began = &began}, [](absl::StatusOr<std::string>) { FAIL(); });
  began.WaitForNotification();
  runtime.reset();
}

TEST_P(Cancellation, DestroyedWithTasksInEveryStateItLeaksNothing) {
  auto alive = std::make_shared<int>(0);
  absl::Notification began;
  absl::Notification go_on;
  std::vector<Completion<int>> completions;
  auto never = [alive](auto) { FAIL() << "no callback is called by the destructor"; };
  runtime->Submit(Block{.began = &began, .go_on = &go_on}, never);
  runtime->Submit(Block{}, never, {.timeout = absl::Hours(1)});
  runtime->Submit(Later{.completions = &completions}, never);
  runtime->Submit(Later{.completions = &completions}, never).Cancel();  // Not told yet.
  runtime->Submit(Later{.completions = &completions}, never);
  completions[0].OnCancel([&] { completions[0].Drop(); });
  completions[2].Complete(3);  // Not told yet.
  for (int i = 0; i < 100; ++i) runtime->Submit(Double{}, never);
  began.WaitForNotification();
  go_on.Notify();
  completions.erase(completions.begin() + 1, completions.end());
  runtime.reset();
  EXPECT_FALSE(completions[0]) << "its hook was called";
  EXPECT_EQ(alive.use_count(), 1 + 1) << "only this test's own copy is left";
}

// One at a time, on the loop.
struct InTurn {
  static constexpr absl::string_view kKind = "turn.take";
  using Result = int;
  std::vector<Completion<int>>* completions = nullptr;
};

TEST_P(Cancellation, P2_AWaitingTaskOfALoopKindThatIsCancelledNeverRuns) {
  AddKinds("turn", [](Registrar& registrar) {
    registrar.OnLoop<InTurn>(
        [](InTurn request, Completion<int> completion) {
          request.completions->push_back(std::move(completion));
        },
        {.max_concurrency = 1});
    return absl::OkStatus();
  });
  std::vector<Completion<int>> completions;
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(InTurn{.completions = &completions}, Into(results));
  TaskHandle second = runtime->Submit(InTurn{.completions = &completions}, Into(results));
  runtime->Submit(InTurn{.completions = &completions}, Into(results));
  // Its place becomes free in the very phase in which it is told.
  completions[0].Complete(1);
  second.Cancel();
  RunUntil([&] { return results.size() == 2; });
  EXPECT_EQ(results[1].status().code(), absl::StatusCode::kCancelled);
  ASSERT_EQ(completions.size(), 2u) << "the third runs in its stead";
  completions[1].Complete(3);
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(*results[2], 3);
}

TEST_P(Cancellation, L14_ShutdownReturnsAtItsDeadlineWhileABodyRuns) {
  absl::Notification began;
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(Block{.began = &began, .go_on = &go_on}, Into(results));
  began.WaitForNotification();
  std::vector<ActiveItem> left = runtime->Shutdown(absl::Milliseconds(20));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].what, "task test.block (cancelled, still running)");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  go_on.Notify();
  EXPECT_TRUE(runtime->Shutdown(absl::InfiniteDuration()).empty());
}

}  // namespace
}  // namespace rondo
