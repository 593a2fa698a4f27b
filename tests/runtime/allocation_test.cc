// What runs again and again allocates nothing.
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/completion.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"
#include "tests/count_allocations.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

struct OnAWorker {
  static constexpr absl::string_view kKind = "test.on_a_worker";
  using Result = int;
};

struct OnTheLoop {
  static constexpr absl::string_view kKind = "test.on_the_loop";
  using Result = int;
};

struct Coroutine {
  static constexpr absl::string_view kKind = "test.coroutine";
  using Result = int;
};

class SteadyState : public RealRuntime {
 protected:
  static constexpr int kRounds = 1000;

  void SetUp() override {
    Build(
        [](Registrar& registrar) {
          registrar.OnPool<OnAWorker>(
              [](OnAWorker, TaskContext&) -> absl::StatusOr<int> { return 1; });
          registrar.OnLoop<OnTheLoop>(
              [](OnTheLoop, Completion<int> completion) { completion.Complete(2); });
          registrar.OnLoop<Coroutine>([](Coroutine) -> Task<absl::StatusOr<int>> {
            co_await NextTick();
            co_return 3;
          });
          return absl::OkStatus();
        },
        1);
  }

  // Runs `round` and the loop until the recycler is warm, and then as often again.
  void ExpectNoAllocations(absl::FunctionRef<void()> round) {
    auto run = [&] {
      for (int i = 0; i < kRounds; ++i) {
        round();
        if (absl::Status status = runtime->Run(); !status.ok()) ADD_FAILURE() << status;
      }
    };
    run();
    const int64_t before = CountAllocations();
    run();
    EXPECT_EQ(CountAllocations() - before, 0);
  }
};

TEST_F(SteadyState, TimerStartAndCancel) {
  Timer timer(runtime->loop(), [] {});
  ExpectNoAllocations([&] {
    timer.Start(absl::Seconds(30));
    timer.Start(absl::Seconds(20));
    EXPECT_TRUE(timer.Cancel());
  });
}

TEST_F(SteadyState, TimerThatFires) {
  Timer timer(runtime->loop(), [] {});
  ExpectNoAllocations([&] { timer.Start(absl::ZeroDuration()); });
}

TEST_F(SteadyState, NextTickPostAndImmediate) {
  int64_t called = 0;
  ExpectNoAllocations([&] {
    runtime->NextTick([&called] { ++called; });
    runtime->Post([&called] { ++called; });
    runtime->SetImmediate([&called] { ++called; });
  });
  EXPECT_EQ(called, 2 * 3 * kRounds);
}

TEST_F(SteadyState, Timeout) {
  int64_t called = 0;
  ExpectNoAllocations([&] { runtime->SetTimeout(absl::ZeroDuration(), [&called] { ++called; }); });
  EXPECT_EQ(called, 2 * kRounds);
}

TEST_F(SteadyState, SubmissionToThePool) {
  int64_t sum = 0;
  ExpectNoAllocations([&] {
    for (int i = 0; i < 8; ++i) {
      runtime->Submit(OnAWorker{}, [&sum](absl::StatusOr<int> result) { sum += *result; });
    }
  });
  EXPECT_EQ(sum, 2 * 8 * kRounds);
}

TEST_F(SteadyState, SubmissionWithADeadlineAndAHandle) {
  int64_t sum = 0;
  ExpectNoAllocations([&] {
    TaskHandle handle =
        runtime->Submit(OnAWorker{}, [&sum](absl::StatusOr<int> result) { sum += *result; },
                        {.timeout = absl::Seconds(60)});
  });
  EXPECT_EQ(sum, 2 * kRounds);
}

TEST_F(SteadyState, SubmissionToTheLoop) {
  int64_t sum = 0;
  ExpectNoAllocations([&] {
    runtime->Submit(OnTheLoop{}, [&sum](absl::StatusOr<int> result) { sum += *result; });
  });
  EXPECT_EQ(sum, 2 * 2 * kRounds);
}

TEST_F(SteadyState, CoroutineThatAwaitsAllOfThem) {
  // In one coroutine: to spawn one allocates its name.
  auto body = [this]() -> Task<void> {
    auto round = [this]() -> Task<int> {
      int sum = 0;
      sum += *co_await runtime->Submit(OnAWorker{});
      sum += *co_await runtime->Submit(OnTheLoop{}, {.timeout = absl::Seconds(60)});
      co_await NextTick();
      EXPECT_TRUE((co_await Sleep(absl::ZeroDuration())).ok());
      EXPECT_TRUE((co_await ResumeOnPool()).ok());
      co_await ResumeOnLoop();
      absl::Status status = co_await WithTaskGroup([](TaskGroup& group) -> Task<absl::Status> {
        group.Spawn([]() -> Task<void> { co_await NextTick(); }());
        co_return absl::OkStatus();
      });
      EXPECT_TRUE(status.ok());
      co_return sum;
    };
    int64_t before = 0;
    int64_t sum = 0;
    for (int i = 0; i < 2 * kRounds; ++i) {
      if (i == kRounds) before = CountAllocations();
      sum += co_await round();
    }
    EXPECT_EQ(CountAllocations() - before, 0);
    EXPECT_EQ(sum, 2 * 3 * kRounds);
  };
  runtime->Spawn(body(), "body");
  ASSERT_TRUE(runtime->Run().ok());
}

TEST_F(SteadyState, KindWhoseBodyIsACoroutine) {
  int64_t sum = 0;
  ExpectNoAllocations([&] {
    runtime->Submit(Coroutine{}, [&sum](absl::StatusOr<int> result) { sum += *result; });
  });
  EXPECT_EQ(sum, 2 * 3 * kRounds);
}

}  // namespace
}  // namespace rondo
