#include "runtime/submit.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/completion.h"
#include "runtime/fd_handle.h"
#include "runtime/kind.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Double {
  static constexpr absl::string_view kKind = "test.double";
  using Result = int;
  int value = 0;
};

// Blocks until the test lets it go on.
struct Block {
  static constexpr absl::string_view kKind = "test.block";
  using Result = std::string;
  absl::Notification* began = nullptr;
  absl::Notification* go_on = nullptr;
};

struct Throw {
  static constexpr absl::string_view kKind = "test.throw";
  using Result = void;
};

struct Drop {
  static constexpr absl::string_view kKind = "test.drop";
  using Result = void;
};

// Completes when the test says so.
struct Later {
  static constexpr absl::string_view kKind = "test.later";
  using Result = int;
  std::vector<Completion<int>>* completions = nullptr;
};

struct WatchStop {
  static constexpr absl::string_view kKind = "stop.watch";
  using Result = void;
};

struct Holds {
  static constexpr absl::string_view kKind = "hold.value";
  using Result = int;
  std::shared_ptr<int> value;
};

struct Unknown {
  static constexpr absl::string_view kKind = "test.dubble";
  using Result = int;
};

// The same name as Double, another type.
struct OtherDouble {
  static constexpr absl::string_view kKind = "test.double";
  using Result = std::string;
};

absl::StatusOr<int> RunDouble(Double request, TaskContext&) {
  if (request.value < 0) return absl::InvalidArgumentError("negative");
  return 2 * request.value;
}

absl::StatusOr<std::string> RunBlock(Block request, TaskContext& context) {
  if (request.began != nullptr) request.began->Notify();
  if (request.go_on != nullptr) request.go_on->WaitForNotification();
  return context.stop_requested() ? "stopped" : "done";
}

absl::Status RegisterAll(Registrar& registrar) {
  registrar.OnPool<Double>(&RunDouble);
  registrar.OnPool<Block>(&RunBlock, {.max_concurrency = 1, .max_queue = 2});
  registrar.OnPool<Throw>(
      [](Throw, TaskContext&) -> absl::Status { throw std::runtime_error("out of cheese"); });
  registrar.OnLoop<Drop>([](Drop, Completion<void>) {});
  registrar.OnLoop<Later>([](Later request, Completion<int> completion) {
    request.completions->push_back(std::move(completion));
  });
  return absl::OkStatus();
}

class Submit : public RealRuntime {
 protected:
  void SetUp() override { Build(&RegisterAll); }

  template <typename Condition>
  void RunUntil(Condition condition) {
    while (!condition()) ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
  }

  template <typename T>
  static auto Into(std::vector<T>& results) {
    return [&results](T result) { results.push_back(std::move(result)); };
  }
};

INSTANTIATE_TEST_SUITE_P(Workers, Submit, testing::Values(1, 2, 8));

TEST_P(Submit, K1_CompletesOnceOnTheLoopThreadAndNotWithinSubmit) {
  const std::thread::id loop_thread = std::this_thread::get_id();
  int called = 0;
  for (int i = 0; i < 1000; ++i) {
    runtime->Submit(Double{.value = i}, [&, i](absl::StatusOr<int> result) {
      EXPECT_EQ(std::this_thread::get_id(), loop_thread);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(*result, 2 * i);
      ++called;
    });
  }
  EXPECT_EQ(called, 0);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(called, 1000);
}

TEST_P(Submit, TheBodysErrorReachesTheCaller) {
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Double{.value = -1}, Into(results));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status(), absl::InvalidArgumentError("negative"));
}

TEST_P(Submit, K2_ADroppedCompletionIsInternalAndNamesTheKind) {
  std::vector<absl::Status> results;
  runtime->Submit(Drop{}, Into(results));
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kInternal);
  EXPECT_THAT(results[0].message(), HasSubstr("test.drop"));
}

TEST_P(Submit, K3_AnExpiredDeadlineNeverRuns) {
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

TEST_P(Submit, K4_ACancelThatRacesWithTheCompletionGivesOneOfTheTwo) {
  for (int i = 0; i < 500; ++i) {
    std::vector<absl::StatusOr<int>> results;
    std::stop_source source;
    runtime->Submit(Double{.value = 1}, Into(results), {.stop_token = source.get_token()});
    std::thread canceller([&] { source.request_stop(); });
    ASSERT_TRUE(runtime->Run().ok());
    canceller.join();
    ASSERT_EQ(results.size(), 1u);
    if (results[0].ok()) {
      EXPECT_EQ(*results[0], 2);
    } else {
      EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
    }
  }
}

TEST_P(Submit, P2_AQueuedTaskThatIsCancelledNeverRuns) {
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
  const RuntimeStats stats = runtime->Stats();
  for (const auto& kind : stats.kinds) {
    if (kind.name == "test.double") EXPECT_EQ(kind.stats.run_time.count, 0) << "it ran";
  }
}

TEST_P(Submit, P3_ARunningTaskThatIsCancelledCompletesAtOnceAndItsResultIsDropped) {
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

TEST_P(Submit, P3_ARunningTaskThatPassesItsDeadlineCompletesAtOnce) {
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(Block{.go_on = &go_on}, Into(results), {.timeout = absl::Milliseconds(5)});
  RunUntil([&] { return !results.empty(); });
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kDeadlineExceeded);
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(results.size(), 1u);
}

TEST_P(Submit, P3_TheBodySeesTheStopRequest) {
  absl::Notification began;
  absl::Notification go_on;
  std::atomic<bool> saw_stop = false;
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "stop",
                      [&](Registrar& registrar) {
                        registrar.OnPool<WatchStop>([&](WatchStop, TaskContext& context) {
                          began.Notify();
                          while (!context.stop_requested()) std::this_thread::yield();
                          saw_stop = true;
                          return absl::OkStatus();
                        });
                        return absl::OkStatus();
                      }))
                  .ok());
  std::vector<absl::Status> results;
  TaskHandle handle = runtime->Submit(WatchStop{}, Into(results));
  began.WaitForNotification();
  handle.Cancel();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_TRUE(saw_stop);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kCancelled);
}

TEST_P(Submit, P5_OverTheLimitIsResourceExhausted) {
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  for (int i = 0; i < 4; ++i) runtime->Submit(Block{.go_on = &go_on}, Into(results));
  // One in flight, two waiting, which is the limit.
  RunUntil([&] { return !results.empty(); });
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(results[0].status().message(), HasSubstr("test.block"));
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(results.size(), 4u);
}

TEST_P(Submit, P6_AKindAtItsLimitDelaysNoOtherKind) {
  if (GetParam() < 2) return;  // With one worker the running one holds up everybody.
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> blocked;
  std::vector<absl::StatusOr<int>> doubled;
  for (int i = 0; i < 3; ++i) runtime->Submit(Block{.go_on = &go_on}, Into(blocked));
  for (int i = 0; i < 100; ++i) runtime->Submit(Double{.value = i}, Into(doubled));
  RunUntil([&] { return doubled.size() == 100; });
  EXPECT_TRUE(blocked.empty());
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(blocked.size(), 3u);
}

TEST_P(Submit, P6_AWaitingTaskCanBeCancelledAndTheNextTakesItsPlace) {
  absl::Notification began;
  absl::Notification go_on;
  absl::Notification third_began;
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(Block{.began = &began, .go_on = &go_on}, Into(results));
  TaskHandle second = runtime->Submit(Block{}, Into(results));
  runtime->Submit(Block{.began = &third_began}, Into(results));
  began.WaitForNotification();
  second.Cancel();
  RunUntil([&] { return !results.empty(); });
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  // A place in the queue is free again.
  runtime->Submit(Block{}, Into(results));
  go_on.Notify();
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 4u);
  for (size_t i = 1; i < 4; ++i) EXPECT_TRUE(results[i].ok()) << results[i].status();
  EXPECT_TRUE(third_began.HasBeenNotified());
}

TEST_P(Submit, P9_AnExceptionFromABodyIsInternalWithItsWhat) {
  std::vector<absl::Status> results;
  runtime->Submit(Throw{}, Into(results));
  std::vector<absl::StatusOr<int>> after;
  runtime->Submit(Double{.value = 4}, Into(after));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kInternal);
  EXPECT_THAT(results[0].message(), HasSubstr("test.throw"));
  EXPECT_THAT(results[0].message(), HasSubstr("out of cheese"));
  ASSERT_EQ(after.size(), 1u);
  EXPECT_TRUE(after[0].ok());
}

TEST_P(Submit, P10_TheRequestLivesUntilItsCompletionHasRun) {
  auto token = std::make_shared<int>(7);
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "hold",
                      [](Registrar& registrar) {
                        registrar.OnPool<Holds>(
                            [](const Holds& request, TaskContext&) -> absl::StatusOr<int> {
                              return *request.value;
                            });
                        return absl::OkStatus();
                      }))
                  .ok());
  bool called = false;
  runtime->Submit(Holds{.value = token}, [&](absl::StatusOr<int> result) {
    called = true;
    EXPECT_EQ(result.value(), 7);
    EXPECT_EQ(token.use_count(), 2) << "the request is still there";
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_TRUE(called);
  EXPECT_EQ(token.use_count(), 1) << "and then it is gone";
}

TEST_P(Submit, K5_AnUnknownKindNamesItsNeighbours) {
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Unknown{}, Into(results));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(results[0].status().message(), HasSubstr("test.dubble"));
  EXPECT_THAT(results[0].status().message(), HasSubstr("did you mean test.double?"));
}

TEST_P(Submit, AKindOfTheSameNameAndAnotherTypeIsNotMistakenForIt) {
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(OtherDouble{}, Into(results));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(Submit, ALoopKindCompletesLaterAndItsCancelHookUnregisters) {
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

TEST_P(Submit, AStopThatWasRequestedBeforeCancels) {
  std::stop_source source;
  source.request_stop();
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Double{}, Into(results), {.stop_token = source.get_token()});
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(runtime->pool().stats().scheduled, 0);
}

TEST_P(Submit, AHandleCanBeDroppedInItsOwnCallbackAndAfterTheRuntime) {
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

TEST_P(Submit, AHandleCancelsAfterItWasMoved) {
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

TEST_P(Submit, ACancelHookThatComesTooLateIsCalledAtOnce) {
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

TEST_P(Submit, DestroyedWhileABodyWaitsForItsStopRequest) {
  absl::Notification began;
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "stop",
                      [&](Registrar& registrar) {
                        registrar.OnPool<WatchStop>([&](WatchStop, TaskContext& context) {
                          began.Notify();
                          while (!context.stop_requested()) std::this_thread::yield();
                          return absl::OkStatus();
                        });
                        return absl::OkStatus();
                      }))
                  .ok());
  runtime->Submit(WatchStop{}, [](absl::Status) { FAIL(); });
  began.WaitForNotification();
  runtime.reset();
}

TEST_P(Submit, P9_ALoopBodyThatThrowsIsInternalUnlessItHadCompleted) {
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "hold",
                      [](Registrar& registrar) {
                        registrar.OnLoop<Holds>([](Holds request, Completion<int> completion) {
                          if (*request.value > 0) completion.Complete(*request.value);
                          throw std::runtime_error("out of cheese");
                        });
                        return absl::OkStatus();
                      }))
                  .ok());
  std::vector<absl::StatusOr<int>> results;
  for (const int value : {0, 5}) {
    runtime->Submit(Holds{.value = std::make_shared<int>(value)}, Into(results));
  }
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(results[0].status().message(), HasSubstr("out of cheese"));
  EXPECT_EQ(results[1].value(), 5);
}

TEST_P(Submit, P9_ACoroutineKindThatThrowsBeforeItIsACoroutine) {
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "hold",
                      [](Registrar& registrar) {
                        registrar.OnLoop<Holds>([](Holds) -> Task<absl::StatusOr<int>> {
                          throw std::runtime_error("out of cheese");
                        });
                        return absl::OkStatus();
                      }))
                  .ok());
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(Holds{}, Into(results));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kInternal);
}

TEST_P(Submit, CountsAreExact) {
  std::vector<absl::StatusOr<int>> results;
  for (int i = 0; i < 10; ++i) runtime->Submit(Double{.value = i}, Into(results));
  runtime->Submit(Double{.value = -1}, Into(results));
  runtime->Submit(Double{}, Into(results), {.timeout = absl::ZeroDuration()});
  ASSERT_TRUE(runtime->Run().ok());
  for (const auto& kind : runtime->Stats().kinds) {
    if (kind.name != "test.double") continue;
    EXPECT_EQ(kind.stats.submitted, 12);
    EXPECT_EQ(kind.stats.in_flight, 0);
    EXPECT_EQ(kind.stats.waiting, 0);
    EXPECT_EQ(kind.stats.completed[0], 10);
    EXPECT_EQ(kind.stats.failed(), 2);
    EXPECT_EQ(kind.stats.completed[static_cast<int>(absl::StatusCode::kInvalidArgument)], 1);
    EXPECT_EQ(kind.stats.run_time.count, 11);
  }
}

TEST_P(Submit, DestroyedWithTasksInEveryStateItLeaksNothing) {
  auto alive = std::make_shared<int>(0);
  absl::Notification began;
  absl::Notification go_on;
  std::vector<Completion<int>> completions;
  auto never = [alive](auto) { FAIL() << "no callback is called by the destructor"; };
  runtime->Submit(Block{.began = &began, .go_on = &go_on}, never);
  runtime->Submit(Block{}, never);
  runtime->Submit(Later{.completions = &completions}, never);
  for (int i = 0; i < 100; ++i) runtime->Submit(Double{}, never);
  began.WaitForNotification();
  go_on.Notify();
  completions.clear();
  runtime.reset();
  EXPECT_EQ(alive.use_count(), 1 + 1) << "only this test's own copy is left";
}

TEST_P(Submit, S2_ATimerBesideABlockingTaskFiresAndTheLoopHardlyTurns) {
  absl::Notification go_on;
  std::vector<absl::StatusOr<std::string>> results;
  runtime->Submit(Block{.go_on = &go_on}, Into(results));
  // The task cannot end before the timer has fired.
  runtime->SetTimeout(absl::Milliseconds(50), [&go_on] { go_on.Notify(); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(results.size(), 1u);
  EXPECT_LE(runtime->loop().turn(), 6);
}

TEST_P(Submit, S3_FiveAndFiveThousandConcurrentTasksWork) {
  for (const int count : {5, 5000}) {
    std::vector<absl::StatusOr<int>> results;
    for (int i = 0; i < count; ++i) runtime->Submit(Double{.value = i}, Into(results));
    ASSERT_TRUE(runtime->Run().ok());
    EXPECT_EQ(results.size(), static_cast<size_t>(count));
  }
}

}  // namespace
}  // namespace rondo
