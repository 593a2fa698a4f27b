// The loop on a real clock and poller.
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/completion.h"
#include "runtime/fd_handle.h"
#include "runtime/fd_watch.h"
#include "runtime/loop.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/task_scope.h"
#include "runtime/timer.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

class RealLoop : public RealRuntime {
 protected:
  void SetUp() override {
    Build([](Registrar&) { return absl::OkStatus(); }, 1);
  }
};

TEST_F(RealLoop, S1_ALone200MillisecondTimerFiresAt200) {
  const int64_t before = runtime->loop().clock().NowNanos();
  runtime->SetTimeout(absl::Milliseconds(200), [] {});
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_GE(runtime->loop().clock().NowNanos() - before, 200'000'000);
  EXPECT_LE(runtime->loop().turn(), 3);
}

TEST_F(RealLoop, L7_WhatWasDoneBeforeStopIsSeenAfterRun) {
  // Under ThreadSanitizer this fails when Stop does not publish.
  FdHandle handle(runtime->loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle.Start(Readiness::kReadable, [](Readiness) {}).ok());
  for (int i = 0; i < 100; ++i) {
    int value = 0;
    std::thread stopper([&] {
      value = 42;
      runtime->Stop();
    });
    ASSERT_TRUE(runtime->Run().ok());
    EXPECT_EQ(value, 42);
    stopper.join();
  }
  handle.Close();
}

TEST_F(RealLoop, MadeHereRunThereDestroyedHere) {
  absl::Status status = absl::UnknownError("not run");
  bool called = false;
  runtime->SetTimeout(absl::ZeroDuration(), [&] { called = true; });
  std::thread loop_thread([&] { status = runtime->Run(); });
  loop_thread.join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(called);
  EXPECT_TRUE(runtime->DumpActive().empty());
  runtime.reset();
}

TEST_F(RealLoop, L7_StopFromAnyThreadWakesTheLoop) {
  FdHandle handle(runtime->loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle.Start(Readiness::kReadable, [](Readiness) {}).ok());
  absl::Notification running;
  runtime->Post([&] { running.Notify(); });
  std::thread stopper([&] {
    running.WaitForNotification();
    runtime->Stop();
  });
  ASSERT_TRUE(runtime->Run().ok());
  stopper.join();
  handle.Close();
}

TEST_F(RealLoop, E2_SignalsShortenNoWait) {
  struct sigaction action = {};
  struct sigaction old = {};
  action.sa_handler = [](int) {};  // No SA_RESTART: system calls end with EINTR.
  ASSERT_EQ(sigaction(SIGUSR1, &action, &old), 0);
  const pthread_t loop_thread = pthread_self();
  std::atomic<bool> done = false;
  std::thread pest([&] {
    while (!done) {
      pthread_kill(loop_thread, SIGUSR1);
      std::this_thread::yield();
    }
  });
  const int64_t before = runtime->loop().clock().NowNanos();
  int64_t fired = 0;
  runtime->SetTimeout(absl::Milliseconds(100), [&] { fired = runtime->loop().clock().NowNanos(); });
  EXPECT_TRUE(runtime->Run().ok());
  done = true;
  pest.join();
  sigaction(SIGUSR1, &old, nullptr);
  EXPECT_GE(fired - before, 100'000'000);
}

TEST_F(RealLoop, PostsFromManyThreadsAllArriveInEachThreadsOrder) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 5000;
  std::vector<int> next(kThreads, 0);
  int total = 0;
  FdHandle keep(runtime->loop(), eventfd(0, EFD_CLOEXEC), "keep");
  ASSERT_TRUE(keep.Start(Readiness::kReadable, [](Readiness) {}).ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        runtime->Post([&, t, i] {
          EXPECT_EQ(next[t]++, i);
          if (++total == kThreads * kPosts) runtime->Stop();
        });
      }
    });
  }
  ASSERT_TRUE(runtime->Run().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, kThreads * kPosts);
  keep.Close();
}

TEST_F(RealLoop, EmbeddedAPostMakesTheBackendFdReadable) {
  for (int i = 0; i < 100; ++i) {
    Timer timer(runtime->loop(), [] {});
    timer.Start(absl::Hours(1));
    EXPECT_GT(runtime->NextTimeout(), absl::Minutes(59));
    bool called = false;
    std::thread poster([&] { runtime->Post([&] { called = true; }); });
    pollfd backend = {.fd = runtime->backend_fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&backend, 1, 10'000), 1);
    poster.join();
    ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    // The post may come in between the pending phase and the wait of one turn.
    if (!called) ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    EXPECT_TRUE(called);
  }
}

TEST_F(RealLoop, WhatIsSpawnedBetweenTurnsWakesAHostThatAskedBefore) {
  EXPECT_EQ(runtime->NextTimeout(), absl::InfiniteDuration());
  bool began = false;
  auto body = [&]() -> Task<void> {
    began = true;
    co_return;
  };
  runtime->Spawn(body());
  pollfd backend = {.fd = runtime->backend_fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&backend, 1, 0), 1);
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_TRUE(began);
}

TEST_F(RealLoop, NextTimeoutIsZeroWhenSomethingIsQueued) {
  EXPECT_EQ(runtime->NextTimeout(), absl::InfiniteDuration()) << "an idle loop waits for posts";
  runtime->SetImmediate([] {});
  EXPECT_EQ(runtime->NextTimeout(), absl::ZeroDuration());
  ASSERT_TRUE(runtime->Run().ok());
}

// Not under ThreadSanitizer, where each of these forty programs takes a third of a second to start,
// and shows no more than elsewhere.
#if !defined(NDEBUG) && !defined(ABSL_HAVE_THREAD_SANITIZER)
struct Hold {
  static constexpr absl::string_view kKind = "test.hold";
  using Result = void;
};

// Watches nothing until it is started.
class Watch final : public FdWatch {
 public:
  using FdWatch::FdWatch;
  void OnReady(Readiness) override {}
  std::string Describe() const override { return "watch"; }
};

class LoopDeathTest : public RealRuntime {
 protected:
  void SetUp() override {
    Build(
        [this](Registrar& registrar) {
          registrar.OnLoop<Hold>(
              [this](Hold, Completion<void> done) { held_.push_back(std::move(done)); });
          return absl::OkStatus();
        },
        1);
  }
  std::vector<Completion<void>> held_;
};

TEST_F(LoopDeathTest, L13_WhatBelongsToTheLoopThreadChecksIt) {
  // Starts the program anew, as forking one with threads is asking for trouble.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Loop& loop = runtime->loop();
  Timer timer(loop, [] {});
  FdHandle event(loop, eventfd(0, EFD_CLOEXEC), "event");
  TaskScope scope(loop, runtime->pool());
  TaskHandle handle = runtime->Submit(Hold{}, [](absl::Status) {});
  Watch watch(loop);
  loop.Keep();
  TaskGroup* group = nullptr;
  auto hold_a_group = [&](TaskGroup& made) -> Task<absl::Status> {
    group = &made;
    co_return co_await runtime->Submit(Hold{});
  };
  runtime->Spawn(WithTaskGroup(hold_a_group));
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  ASSERT_NE(group, nullptr);
  const std::vector<std::pair<const char*, std::function<void()>>> calls = {
      {"Timer::Start", [&] { timer.Start(absl::Seconds(1)); }},
      {"Timer::StartRepeating", [&] { timer.StartRepeating(absl::Seconds(1)); }},
      {"Timer::Cancel", [&] { timer.Cancel(); }},
      {"Timer::Ref", [&] { timer.Ref(); }},
      {"Timer::Unref", [&] { timer.Unref(); }},
      {"FdHandle::Start",
       [&] { event.Start(Readiness::kReadable, [](Readiness) {}).IgnoreError(); }},
      {"FdHandle::Close", [&] { event.Close(); }},
      {"FdHandle::Ref", [&] { event.Ref(); }},
      {"Loop::NextTick", [&] { loop.NextTick([] {}); }},
      {"Loop::SetImmediate", [&] { loop.SetImmediate([] {}); }},
      {"Loop::Keep", [&] { loop.Keep(); }},
      {"Loop::Release", [&] { loop.Release(); }},
      {"FdWatch::Start", [&] { watch.Start(0, Readiness::kReadable).IgnoreError(); }},
      {"FdWatch::Modify", [&] { watch.Modify(Readiness::kReadable).IgnoreError(); }},
      {"FdWatch::Stop", [&] { watch.Stop(); }},
      {"FdWatch::Ref", [&] { watch.Ref(); }},
      {"FdWatch::Unref", [&] { watch.Unref(); }},
      {"TaskGroup::Spawn", [&] { group->Spawn([]() -> Task<void> { co_return; }()); }},
      {"TaskGroup::Cancel", [&] { group->Cancel(); }},
      {"Loop::NextTimeout", [&] { loop.NextTimeout(); }},
      {"TaskScope::Cancel", [&] { scope.Cancel(); }},
      {"TaskScope::token", [&] { scope.token(); }},
      {"TaskHandle::Cancel", [&] { handle.Cancel(); }},
      {"Completion::Complete", [&] { held_.front().Complete(absl::OkStatus()); }},
      {"Completion::OnCancel", [&] { held_.front().OnCancel([] {}); }},
      {"TaskHandle move", [&] { TaskHandle other = std::move(handle); }},
      {"FdHandle::OnClose", [&] { event.OnClose([] {}); }},
      {"Runtime::Submit", [&] { runtime->Submit(Hold{}, [](absl::Status) {}); }},
      {"Runtime::Spawn", [&] { runtime->Spawn([]() -> Task<void> { co_return; }()); }},
      {"Runtime::SetTimeout", [&] { runtime->SetTimeout(absl::Seconds(1), [] {}); }},
      {"Runtime::AddPlugin", [&] { runtime->AddPlugin(nullptr).IgnoreError(); }},
      {"Runtime::Shutdown", [&] { runtime->Shutdown(absl::Seconds(1)); }},
      {"Runtime::DumpActive", [&] { runtime->DumpActive(); }},
      {"Runtime::Stats", [&] { runtime->Stats(); }},
  };
  for (const auto& [name, call] : calls) {
    EXPECT_DEATH(
        {
          // While the loop runs; a loop at rest is whoever's it is.
          loop.NextTick([&call] { std::thread(call).join(); });
          loop.RunOnce(absl::ZeroDuration()).IgnoreError();
        },
        "the loop thread")
        << name;
  }
  loop.Release();
  for (Completion<void>& done : held_) done.Complete(absl::OkStatus());
  ASSERT_TRUE(runtime->Run().ok());
}

// Leaves a timer that refers to the loop.
class Untidy final : public Plugin {
 public:
  explicit Untidy(std::unique_ptr<Timer>& timer) : timer_(timer) {}
  PluginInfo info() const override { return {.name = "untidy", .summary = "leaves a timer"}; }
  absl::Status Register(Registrar&) override { return absl::OkStatus(); }
  absl::Status Start(Runtime& runtime) override {
    timer_ = std::make_unique<Timer>(runtime.loop(), [] {});
    timer_->Start(absl::Hours(1));
    timer_->Unref();
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<Timer>& timer_;
};

TEST_F(LoopDeathTest, K8_APluginThatLeavesATimerIsNamed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        std::unique_ptr<Timer> left;
        runtime->AddPlugin(std::make_unique<Untidy>(left)).IgnoreError();
        runtime.reset();
      },
      "was left by a plugin: timer");
}

TEST_F(LoopDeathTest, OnThePoolNothingIsAwaited) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        runtime->Spawn([]() -> Task<void> {
          auto child = []() -> Task<void> { co_await ResumeOnLoop(); };
          (co_await ResumeOnPool()).IgnoreError();
          co_await child();
        }());
        runtime->Run().IgnoreError();
      },
      "on the pool nothing is awaited");
}
#endif

}  // namespace
}  // namespace rondo
