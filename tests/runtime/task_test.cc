#include "runtime/task.h"

#include <list>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "runtime/task_scope.h"
#include "runtime/when_all.h"
#include "runtime/when_any.h"
#include "runtime/with_timeout.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Answer {
  static constexpr absl::string_view kKind = "test.answer";
  using Result = int;
  int value = 42;
};

struct Never {
  static constexpr absl::string_view kKind = "test.never";
  using Result = void;
};

struct Nap {
  static constexpr absl::string_view kKind = "test.nap";
  using Result = int;
  absl::Duration length = absl::Seconds(1);
};

struct Stuck {
  static constexpr absl::string_view kKind = "stuck.forever";
  using Result = void;
};

Task<absl::StatusOr<int>> RunNap(Nap nap) {
  if (absl::Status status = co_await Sleep(nap.length); !status.ok()) co_return status;
  co_return 7;
}

class TaskTest : public SimulatedRuntime {
 protected:
  void SetUp() override {
    Build([this](Registrar& registrar) {
      registrar.OnPool<Answer>(
          [](Answer request, TaskContext&) -> absl::StatusOr<int> { return request.value; });
      registrar.OnLoop<Never>([this](Never, Completion<void> completion) {
        const auto it = never_.insert(never_.end(), std::move(completion));
        it->OnCancel([this, it] {
          Log("never is cancelled");
          if (never_reacts_) never_.erase(it);
        });
      });
      registrar.OnLoop<Nap>(&RunNap);
      return absl::OkStatus();
    });
  }
  void TearDown() override {
    never_.clear();
    SimulatedRuntime::TearDown();
  }

  // Runs a coroutine lambda to its end.
  template <typename F>
  void RunTask(F body) {
    auto task = body();
    runtime->Spawn(std::move(task), "test");
    absl::Status status = runtime->Run();
    EXPECT_TRUE(status.ok()) << status;
  }

  std::list<Completion<void>> never_;
  bool never_reacts_ = true;
};

Task<int> Square(int i) { co_return i* i; }

Task<int> SumOfSquares(int n) {
  int sum = 0;
  for (int i = 1; i <= n; ++i) sum += co_await Square(i);
  co_return sum;
}

TEST_F(TaskTest, ATaskIsLazyAndYieldsItsValue) {
  bool began = false;
  RunTask([&]() -> Task<void> {
    auto lambda = [&]() -> Task<int> {
      began = true;
      co_return 5;
    };
    Task<int> task = lambda();
    EXPECT_FALSE(began);
    EXPECT_EQ(co_await std::move(task), 5);
    EXPECT_TRUE(began);
  });
}

TEST_F(TaskTest, ALongChainOfAwaitsUsesNoStack) {
  RunTask([]() -> Task<void> {
    // 1^2 + ... + 100000^2, with one coroutine after another; and nested as deep.
    EXPECT_EQ(co_await SumOfSquares(100), 338350);
    struct Nested {
      static Task<int> Depth(int n) {
        if (n == 0) co_return 0;
        co_return 1 + co_await Depth(n - 1);
      }
    };
    EXPECT_EQ(co_await Nested::Depth(20000), 20000);
  });
}

TEST_F(TaskTest, AnExceptionComesOutOfTheAwait) {
  RunTask([]() -> Task<void> {
    auto thrower = []() -> Task<int> {
      throw std::runtime_error("no answer");
      co_return 1;
    };
    EXPECT_THROW(co_await thrower(), std::runtime_error);
  });
}

TEST_F(TaskTest, TemporariesOfAnAwaitedExpressionAreDestroyedOnce) {
  // What gcc 12 gets wrong.
  auto token = std::make_shared<int>(0);
  RunTask([&]() -> Task<void> {
    auto take = [](std::vector<std::shared_ptr<int>> v, std::string s) -> Task<size_t> {
      co_return v.size() + s.size();
    };
    EXPECT_EQ(co_await take({token, token}, "a string that does not fit inside of itself"), 45u);
    EXPECT_EQ(token.use_count(), 1);
    co_return;
  });
}

TEST_F(TaskTest, SubmitIsAwaited) {
  RunTask([&]() -> Task<void> {
    absl::StatusOr<int> answer = co_await runtime->Submit(Answer{.value = 6});
    EXPECT_EQ(answer.value(), 6);
    absl::Status status = co_await runtime->Submit(Never{}, {.timeout = absl::Seconds(2)});
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(Now(), absl::Seconds(2));
  });
  EXPECT_THAT(log, ElementsAre("never is cancelled"));
}

TEST_F(TaskTest, ACoroutineCanBeTheBodyOfAKind) {
  RunTask([&]() -> Task<void> {
    absl::StatusOr<int> result = co_await runtime->Submit(Nap{.length = absl::Seconds(3)});
    EXPECT_EQ(result.value(), 7);
    EXPECT_EQ(Now(), absl::Seconds(3));
    result = co_await runtime->Submit(Nap{.length = absl::Hours(1)}, {.timeout = absl::Seconds(1)});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded);
  });
  EXPECT_EQ(Now(), absl::Seconds(4)) << "the body was cancelled, too";
}

TEST_F(TaskTest, SleepAndNextTick) {
  RunTask([&]() -> Task<void> {
    EXPECT_TRUE((co_await Sleep(absl::Milliseconds(20))).ok());
    EXPECT_EQ(Now(), absl::Milliseconds(20));
    runtime->NextTick([&] { Log("tick"); });
    co_await NextTick();
    Log("after");
  });
  EXPECT_THAT(log, ElementsAre("tick", "after"));
}

TEST_F(TaskTest, WhenAllYieldsEveryResultInOrder) {
  RunTask([&]() -> Task<void> {
    auto slow = [](absl::Duration d, int value) -> Task<int> {
      (co_await Sleep(d)).IgnoreError();
      co_return value;
    };
    auto [a, b, c] =
        co_await WhenAll(slow(absl::Seconds(2), 1), slow(absl::Seconds(1), 2), Square(3));
    EXPECT_THAT((std::vector<int>{a, b, c}), ElementsAre(1, 2, 9));
    EXPECT_EQ(Now(), absl::Seconds(2)) << "they ran at once";
    std::vector<Task<int>> many;
    for (int i = 0; i < 10; ++i) many.push_back(Square(i));
    std::vector<int> squares = co_await WhenAll(std::move(many));
    EXPECT_EQ(squares[9], 81);
  });
}

TEST_F(TaskTest, WhenAllCancelsTheOthersWhenOneThrows) {
  RunTask([&]() -> Task<void> {
    auto sleeper = [&]() -> Task<void> {
      absl::Status status = co_await Sleep(absl::Hours(1));
      Log(absl::StatusCodeToString(status.code()));
    };
    auto thrower = []() -> Task<void> {
      (co_await Sleep(absl::Seconds(1))).IgnoreError();
      throw std::runtime_error("broken");
    };
    EXPECT_THROW(co_await WhenAll(sleeper(), thrower()), std::runtime_error);
    EXPECT_EQ(Now(), absl::Seconds(1));
  });
  EXPECT_THAT(log, ElementsAre("CANCELLED"));
}

TEST_F(TaskTest, WhenAnyYieldsTheFirstAndWaitsForTheCancelledOthers) {
  RunTask([&]() -> Task<void> {
    auto slow = [&](absl::Duration d, std::string value) -> Task<std::string> {
      absl::Status status = co_await Sleep(d);
      if (!status.ok()) Log(value + " is cancelled");
      co_return value;
    };
    auto first = co_await WhenAny(slow(absl::Seconds(2), "two"), slow(absl::Seconds(1), "one"));
    EXPECT_EQ(first.index(), 1u);
    EXPECT_EQ(std::get<1>(first), "one");
    EXPECT_EQ(Now(), absl::Seconds(1));
  });
  EXPECT_THAT(log, ElementsAre("two is cancelled"));
}

TEST_F(TaskTest, WithTimeoutCancelsWhatTakesTooLong) {
  RunTask([&]() -> Task<void> {
    auto fetch = [&](absl::Duration d) -> Task<absl::StatusOr<int>> {
      if (absl::Status status = co_await Sleep(d); !status.ok()) co_return status;
      co_return 1;
    };
    EXPECT_EQ((co_await WithTimeout(fetch(absl::Seconds(1)), absl::Seconds(2))).value(), 1);
    absl::StatusOr<int> late = co_await WithTimeout(fetch(absl::Hours(1)), absl::Seconds(2));
    EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(Now(), absl::Seconds(3));
  });
}

TEST_F(TaskTest, WithTimeoutAndASleepThatIsOverAtTheSameTime) {
  RunTask([&]() -> Task<void> {
    auto sleeper = []() -> Task<absl::Status> { co_return co_await Sleep(absl::Seconds(1)); };
    // The two timers are of one batch, and the first cancels what the second would wake.
    absl::Status status = co_await WithTimeout(sleeper(), absl::Seconds(1));
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    Log("once");
  });
  EXPECT_THAT(log, ElementsAre("once"));
}

TEST_F(TaskTest, ATimeoutThatPassesWhenTheTaskIsCancelledAlreadyChangesNothing) {
  RunTask([&]() -> Task<void> {
    TaskScope scope(co_await CurrentScope());
    runtime->SetTimeout(absl::Seconds(1), [&] { scope.Cancel(); });
    TaskScope& above = co_await CurrentScope();
    auto slow_to_end = [&]() -> Task<absl::Status> {
      EXPECT_EQ((co_await Sleep(absl::Hours(1))).code(), absl::StatusCode::kCancelled);
      auto clean_up = []() -> Task<void> { (co_await Sleep(absl::Seconds(5))).IgnoreError(); };
      co_await clean_up().In(above);
      co_return absl::DataLossError("torn");
    };
    auto limited = [&]() -> Task<absl::Status> {
      co_return co_await WithTimeout(slow_to_end(), absl::Seconds(2));
    };
    EXPECT_EQ(co_await limited().In(scope), absl::DataLossError("torn"));
    EXPECT_EQ(Now(), absl::Seconds(6));
  });
}

TEST_F(TaskTest, AnExceptionInAGroupCancelsTheOthers) {
  RunTask([&]() -> Task<void> {
    auto group = [&]() -> Task<absl::Status> {
      co_return co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
        group.Spawn([]() -> Task<void> {
          (co_await Sleep(absl::Seconds(1))).IgnoreError();
          throw std::runtime_error("broken");
        }());
        co_return co_await Sleep(absl::Hours(1));
      });
    };
    EXPECT_THROW((co_await group()).IgnoreError(), std::runtime_error);
    EXPECT_EQ(Now(), absl::Seconds(1));
  });
}

TEST_F(TaskTest, AGroupEndsAfterItsTasksAndTheFirstFailureCancels) {
  RunTask([&]() -> Task<void> {
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      for (int i = 1; i <= 3; ++i) {
        group.Spawn([](TaskTest* test, int i) -> Task<absl::Status> {
          absl::Status status = co_await Sleep(absl::Seconds(i));
          test->Log(absl::StrCat(i, " ", absl::StatusCodeToString(status.code())));
          co_return i == 2 ? absl::DataLossError("second") : status;
        }(this, i));
      }
      co_return absl::OkStatus();
    });
    EXPECT_EQ(status, absl::DataLossError("second"));
    EXPECT_EQ(Now(), absl::Seconds(2));
  });
  EXPECT_THAT(log, ElementsAre("1 OK", "2 OK", "3 CANCELLED"));
}

TEST_F(TaskTest, CancellationFlowsDownToWhatIsAwaited) {
  std::stop_source source;
  RunTask([&]() -> Task<void> {
    TaskScope scope(co_await CurrentScope());
    scope.CancelOn(source.get_token());
    auto inner = [&]() -> Task<absl::Status> {
      std::stop_token token = (co_await CurrentScope()).token();
      runtime->SetTimeout(absl::Seconds(1), [&] { source.request_stop(); });
      absl::Status status = co_await runtime->Submit(Never{});
      EXPECT_TRUE(token.stop_requested());
      co_return status;
    };
    auto outer = [&]() -> Task<absl::Status> { co_return co_await inner(); };
    absl::Status status = co_await outer().In(scope);
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    status = co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(status.ok()) << "the scope above is not cancelled";
  });
}

TEST_F(TaskTest, AScopeIsCancelledOnceAndItsTokenSaysSo) {
  TaskScope scope(runtime->loop(), runtime->pool());
  const std::stop_token before = scope.token();
  EXPECT_FALSE(before.stop_requested());
  scope.Cancel(absl::DataLossError("first"));
  scope.Cancel(absl::AbortedError("second"));
  EXPECT_EQ(scope.status(), absl::DataLossError("first"));
  EXPECT_TRUE(before.stop_requested());
  TaskScope other(runtime->loop(), runtime->pool());
  other.Cancel();
  EXPECT_TRUE(other.token().stop_requested()) << "asked for when it was cancelled already";
}

TEST_F(TaskTest, AStopThatArrivesWhenTheScopeIsGone) {
  std::stop_source source;
  auto scope = std::make_unique<TaskScope>(runtime->loop(), runtime->pool());
  TaskScope* const first = scope.get();
  scope->CancelOn(source.get_token());
  source.request_stop();  // On its way to the loop.
  scope->~TaskScope();
  TaskScope* const second = new (scope.release()) TaskScope(runtime->loop(), runtime->pool());
  ASSERT_EQ(first, second);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_FALSE(second->cancelled()) << "it was the first one's";
  delete second;
}

TEST_F(TaskTest, InACancelledScopeAwaitingFailsAndDoesNotHang) {
  RunTask([&]() -> Task<void> {
    TaskScope scope(co_await CurrentScope());
    scope.Cancel();
    auto body = [&]() -> Task<int> {
      int failures = 0;
      failures += !(co_await Sleep(absl::Hours(1))).ok();
      failures += !(co_await runtime->Submit(Never{})).ok();
      failures += !(co_await runtime->Submit(Answer{})).ok();
      failures += !(co_await ResumeOnPool()).ok();
      TaskScope below(co_await CurrentScope());
      failures += below.cancelled();
      co_return failures;
    };
    EXPECT_EQ(co_await body().In(scope), 5);
  });
  EXPECT_EQ(pool->stats().scheduled, 0);
}

TEST_F(TaskTest, L11_ASuspendedSpawnIsListedByName) {
  runtime->Spawn([]() -> Task<void> { (co_await Sleep(absl::Seconds(9))).IgnoreError(); }(),
                 "sleeper");
  runtime->Submit(Never{}, [](absl::Status) {});
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  clock->Advance(absl::Seconds(2));
  std::vector<std::string> what;
  for (const ActiveItem& item : runtime->DumpActive()) {
    what.push_back(item.what);
    EXPECT_EQ(item.age, absl::Seconds(2)) << item.what;
  }
  EXPECT_THAT(what, ElementsAre("task test.never", "spawned sleeper", "sleep"));
}

TEST_F(TaskTest, L12_ATaskThatNothingCanWakeMakesRunFail) {
  struct Forever {
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) const {}
    void await_resume() const {}
  };
  runtime->Spawn([]() -> Task<void> { co_await Forever(); }(), "stuck");
  absl::Status status = runtime->Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("spawned stuck"));
}

TEST_F(TaskTest, L12_AStoppedRunIsNoFailure) {
  struct Forever {
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) const {}
    void await_resume() const {}
  };
  runtime->Spawn([]() -> Task<void> { co_await Forever(); }(), "waits for somebody else");
  runtime->Post([this] { runtime->Stop(); });
  EXPECT_TRUE(runtime->Run().ok());
}

TEST_F(TaskTest, ADeadlineWakesWhatNothingElseCould) {
  struct Forever {
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) const {}
    void await_resume() const {}
  };
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>("stuck",
                                                           [](Registrar& registrar) {
                                                             registrar.OnLoop<Stuck>(
                                                                 [](Stuck) -> Task<absl::Status> {
                                                                   co_await Forever();
                                                                   co_return absl::OkStatus();
                                                                 });
                                                             return absl::OkStatus();
                                                           }))
                  .ok());
  std::vector<absl::Status> results;
  runtime->Submit(Stuck{}, [&](absl::Status status) { results.push_back(status); },
                  {.timeout = absl::Seconds(2)});
  EXPECT_EQ(runtime->Run().code(), absl::StatusCode::kFailedPrecondition) << "the body is stuck";
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(TaskTest, AnExceptionOfASpawnedTaskIsWhatRunReturns) {
  runtime->Spawn(
      []() -> Task<void> {
        (co_await Sleep(absl::Seconds(1))).IgnoreError();
        throw std::runtime_error("lost it");
      }(),
      "thrower");
  absl::Status status = runtime->Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.message(), HasSubstr("thrower"));
  EXPECT_THAT(status.message(), HasSubstr("lost it"));
}

TEST_F(TaskTest, AFailureOfASpawnedTaskIsWhatRunReturnsUnlessItWasCancelled) {
  auto fail = [](absl::Status status) -> Task<absl::Status> { co_return status; };
  runtime->Spawn(fail(absl::OkStatus()), "fine");
  runtime->Spawn(fail(absl::CancelledError("enough")), "cancelled");
  EXPECT_TRUE(runtime->Run().ok());
  runtime->Spawn(fail(absl::DataLossError("torn")), "reader");
  EXPECT_EQ(runtime->Run(), absl::DataLossError("task \"reader\": torn"));
}

TEST_F(TaskTest, L14_ShutdownCancelsDrainsAndListsWhatIsLeft) {
  never_reacts_ = false;
  std::vector<absl::Status> results;
  runtime->Submit(Never{}, [&](absl::Status status) { results.push_back(status); });
  runtime->Spawn(
      [](TaskTest* test) -> Task<void> {
        absl::Status status = co_await Sleep(absl::Hours(1));
        test->Log(absl::StatusCodeToString(status.code()));
        status = co_await test->runtime->Submit(Never{});
        test->Log(absl::StatusCodeToString(status.code()));
      }(this),
      "sleeper");
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  Timer timer(runtime->loop(), [] {});
  timer.Start(absl::Hours(2));
  std::vector<ActiveItem> left = runtime->Shutdown(absl::Seconds(3));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(log, ElementsAre("CANCELLED", "never is cancelled", "CANCELLED"));
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].what, "task test.never (cancelled, still running)");
  EXPECT_EQ(left[1].what, "timer");
  // Nothing is accepted any more.
  runtime->Submit(Answer{},
                  [&](absl::StatusOr<int> result) { results.push_back(result.status()); });
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1].code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(TaskTest, DestroyedWithCoroutinesSuspendedEverywhere) {
  auto alive = std::make_shared<int>(0);
  auto spawn = [&](auto body) { runtime->Spawn(body(alive), "left"); };
  spawn([](std::shared_ptr<int>) -> Task<void> { (co_await Sleep(absl::Hours(1))).IgnoreError(); });
  spawn([this](std::shared_ptr<int>) -> Task<void> {
    (co_await runtime->Submit(Never{})).IgnoreError();
  });
  spawn([this](std::shared_ptr<int>) -> Task<void> {
    (co_await runtime->Submit(Nap{})).IgnoreError();
  });
  spawn([](std::shared_ptr<int>) -> Task<void> { (co_await ResumeOnPool()).IgnoreError(); });
  spawn([this](std::shared_ptr<int>) -> Task<void> {
    (co_await runtime->Submit(Answer{})).IgnoreError();
  });
  spawn([](std::shared_ptr<int> alive) -> Task<void> {
    (co_await WithTaskGroup([alive](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](std::shared_ptr<int>) -> Task<void> {
        (co_await Sleep(absl::Hours(1))).IgnoreError();
      }(alive));
      co_return co_await Sleep(absl::Hours(1));
    })).IgnoreError();
  });
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  spawn([](std::shared_ptr<int>) -> Task<void> { co_return; });  // Not even begun.
  EXPECT_GT(alive.use_count(), 7);
  never_.clear();
  runtime.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(TaskTest, DestroyedWithAFrameWhoseEndSpawns) {
  struct Guard {
    Runtime& runtime;
    ~Guard() {
      runtime.Spawn([]() -> Task<void> { co_return; }(), "cleanup");
    }
  };
  runtime->Spawn(
      [](Runtime& runtime) -> Task<void> {
        Guard guard{runtime};
        (co_await Sleep(absl::Hours(1))).IgnoreError();
      }(*runtime),
      "left");
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  runtime.reset();
}

TEST_F(TaskTest, DestroyedWithAFrameWhoseEndSubmits) {
  struct Guard {
    Runtime& runtime;
    ~Guard() {
      runtime.Submit(Never{}, [](absl::Status) { FAIL() << "nobody is told any more"; });
    }
  };
  runtime->Spawn(
      [](Runtime& runtime) -> Task<void> {
        Guard guard{runtime};
        (co_await Sleep(absl::Hours(1))).IgnoreError();
      }(*runtime),
      "left");
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  runtime.reset();
  EXPECT_THAT(log, ElementsAre()) << "a body has begun in a runtime that goes away";
}

}  // namespace
}  // namespace rondo
