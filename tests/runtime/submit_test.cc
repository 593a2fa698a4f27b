#include "runtime/submit.h"

#include <sys/eventfd.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/completion.h"
#include "runtime/fd_handle.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "tests/runtime/submit_fixture.h"

namespace rondo {
namespace {

using ::testing::HasSubstr;

struct Throw {
  static constexpr absl::string_view kKind = "more.throw";
  using Result = void;
};

struct Drop {
  static constexpr absl::string_view kKind = "more.drop";
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

using Submit = SubmitFixture;

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
  AddKinds("more", [](Registrar& registrar) {
    registrar.OnLoop<Drop>([](Drop, Completion<void>) {});
    return absl::OkStatus();
  });
  std::vector<absl::Status> results;
  runtime->Submit(Drop{}, Into(results));
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kInternal);
  EXPECT_THAT(results[0].message(), HasSubstr("more.drop"));
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
  // A worker more than are held up.
  Build(&RegisterKinds, GetParam() + 1);
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
  AddKinds("more", [](Registrar& registrar) {
    registrar.OnPool<Throw>(
        [](Throw, TaskContext&) -> absl::Status { throw std::runtime_error("out of cheese"); });
    return absl::OkStatus();
  });
  std::vector<absl::Status> results;
  runtime->Submit(Throw{}, Into(results));
  std::vector<absl::StatusOr<int>> after;
  runtime->Submit(Double{.value = 4}, Into(after));
  ASSERT_TRUE(runtime->Run().ok());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kInternal);
  EXPECT_THAT(results[0].message(), HasSubstr("more.throw"));
  EXPECT_THAT(results[0].message(), HasSubstr("out of cheese"));
  ASSERT_EQ(after.size(), 1u);
  EXPECT_TRUE(after[0].ok());
}

TEST_P(Submit, P10_TheRequestLivesUntilItsCompletionHasRun) {
  auto token = std::make_shared<int>(7);
  AddKinds("hold", [](Registrar& registrar) {
    registrar.OnPool<Holds>(
        [](const Holds& request, TaskContext&) -> absl::StatusOr<int> { return *request.value; });
    return absl::OkStatus();
  });
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

TEST_P(Submit, P9_ALoopBodyThatThrowsIsInternalUnlessItHadCompleted) {
  AddKinds("hold", [](Registrar& registrar) {
    registrar.OnLoop<Holds>([](Holds request, Completion<int> completion) {
      if (*request.value > 0) completion.Complete(*request.value);
      throw std::runtime_error("out of cheese");
    });
    return absl::OkStatus();
  });
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
  AddKinds("hold", [](Registrar& registrar) {
    registrar.OnLoop<Holds>(
        [](Holds) -> Task<absl::StatusOr<int>> { throw std::runtime_error("out of cheese"); });
    return absl::OkStatus();
  });
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
  const KindStats stats = StatsOf("test.double");
  EXPECT_EQ(stats.submitted, 12);
  EXPECT_EQ(stats.in_flight, 0);
  EXPECT_EQ(stats.waiting, 0);
  EXPECT_EQ(stats.completed[0], 10);
  EXPECT_EQ(stats.failed(), 2);
  EXPECT_EQ(stats.completed[static_cast<int>(absl::StatusCode::kInvalidArgument)], 1);
}

TEST_P(Submit, EveryTaskIsTimedWhileThereAreFewAndSomeWhileThereAreMany) {
  std::vector<absl::StatusOr<int>> results;
  auto timed_of = [&](int count) {
    const int64_t before = StatsOf("test.double").run_time.count();
    for (int i = 0; i < count; ++i) runtime->Submit(Double{}, Into(results));
    EXPECT_TRUE(runtime->Run().ok());
    const KindStats stats = StatsOf("test.double");
    EXPECT_EQ(stats.queue_time.count(), stats.run_time.count());
    return stats.run_time.count() - before;
  };
  EXPECT_EQ(timed_of(3), 3);
  EXPECT_EQ(timed_of(9), 9) << "nine, of which eight are in flight when the last is submitted";
  timed_of(3);
  const int64_t of_first_burst = timed_of(1'000);
  EXPECT_GE(of_first_burst, 9 + 1'000 / 200) << "the first nine after a calm, and some";
  EXPECT_LT(of_first_burst, 9 + 1'000 / 30);
  const int64_t of_burst = timed_of(10'000);
  EXPECT_GT(of_burst, 10'000 / 100);
  EXPECT_LT(of_burst, 10'000 / 40);
  timed_of(3);
  EXPECT_EQ(timed_of(3), 3) << "calm again";
}

TEST_P(Submit, L10_CompletionsThatKeepComingDoNotStarveFds) {
  // The loop does not ask the poller while it finds completions before it would sleep; but then
  // and now it does.
  FdHandle handle(runtime->loop(), eventfd(1, EFD_CLOEXEC), "event");
  bool ready = false;
  std::function<void()> again = [&] {
    runtime->Submit(Double{}, [&](absl::StatusOr<int>) {
      if (!ready) again();
    });
  };
  again();
  bool started = false;
  auto start = [&] {
    started = true;
    ASSERT_TRUE(handle
                    .Start(Readiness::kReadable,
                           [&](Readiness) {
                             ready = true;
                             handle.Close();
                           })
                    .ok());
  };
  std::function<void()> wait_until_it_looks = [&] {
    if (runtime->loop().turn() > 100) return start();
    runtime->SetImmediate(wait_until_it_looks);
  };
  wait_until_it_looks();
  ASSERT_TRUE(runtime->Run().ok()) << "it ends only when the fd was looked at";
  EXPECT_TRUE(started);
  EXPECT_TRUE(ready);
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
