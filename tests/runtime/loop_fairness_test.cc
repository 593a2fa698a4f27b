// No phase of the loop keeps the others waiting.
#include <sys/eventfd.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/fd_handle.h"
#include "runtime/loop.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;

class Loop_ : public SimulatedRuntime {
 protected:
  void SetUp() override { Build(); }
  Loop& loop() { return runtime->loop(); }
};

TEST_F(Loop_, L10_NoPhaseStarvesAnother) {
  // Each feeds itself for ever; all of them make progress all the same.
  int timers = 0;
  int posts = 0;
  int immediates = 0;
  std::function<void()> timer = [&] {
    ++timers;
    runtime->SetTimeout(absl::ZeroDuration(), timer);
  };
  std::function<void()> post = [&] {
    ++posts;
    runtime->Post(post);
    runtime->Post(post);  // Ever more of them.
  };
  std::function<void()> immediate = [&] {
    if (++immediates == 50) runtime->Stop();
    runtime->SetImmediate(immediate);
  };
  for (int i = 0; i < 10000; ++i) runtime->Post([] {});
  timer();
  post();
  immediate();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_GE(timers, 49);
  EXPECT_GE(posts, 49);
}

TEST_F(Loop_, L10_AnFdThatIsAlwaysReadyStarvesNothing) {
  int ready = 0;
  int timers = 0;
  FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle
                  .Start(Readiness::kReadable,
                         [&](Readiness) {
                           ++ready;
                           poller->MakeReady(handle.fd(), Readiness::kReadable);
                         })
                  .ok());
  poller->MakeReady(handle.fd(), Readiness::kReadable);
  std::function<void()> timer = [&] {
    if (++timers == 20) runtime->Stop();
    runtime->SetTimeout(absl::ZeroDuration(), timer);
  };
  timer();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(timers, 20);
  EXPECT_GE(ready, 19);
  EXPECT_LE(ready, 21) << "once a turn";
  handle.Close();
}

TEST_F(Loop_, L10_ClosingThatClosesMoreStarvesNothing) {
  int closed = 0;
  int timers = 0;
  // Each notification closes another handle.
  std::function<void()> close_another = [&] {
    ++closed;
    FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
    handle.OnClose(close_another);
  };
  std::function<void()> timer = [&] {
    if (++timers == 3) runtime->Stop();
    runtime->SetTimeout(absl::ZeroDuration(), timer);
  };
  close_another();
  timer();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(timers, 3);
  EXPECT_GT(closed, 3) << "and goes on all the same";
}

// Moves no time; calls a function at each second reading since Begin.
class CallingClock final : public Clock {
 public:
  explicit CallingClock(std::function<void()> f) : f_(std::move(f)) {}
  void Begin() { readings_ = 0; }
  int64_t NowNanos() const override {
    if (++readings_ == 2) f_();
    return 0;
  }
  absl::Time CalendarTime() const override { return absl::UnixEpoch(); }

 private:
  const std::function<void()> f_;
  mutable int readings_ = 3;
};

TEST_F(Loop_, L10_PostsThatComeWhileItLooksForThemDoNotStarveFds) {
  int turns = 0;
  int polls = 0;
  std::function<void()> post;
  auto own_clock = std::make_unique<CallingClock>([&] { post(); });
  CallingClock& calling = *own_clock;
  Loop looking(std::move(own_clock), std::make_unique<ManualPoller>([&](int64_t) { ++polls; }), {});
  // A turn reads the clock before it looks for posts, and then while it does.
  const auto posted = [&] {
    calling.Begin();
    if (++turns == 100) looking.Stop();
  };
  post = [&] { std::thread([&] { looking.Post(posted); }).join(); };
  looking.Keep();
  looking.Post(posted);
  ASSERT_TRUE(looking.Run().ok());
  looking.Release();
  EXPECT_EQ(turns, 100);
  EXPECT_GE(polls, 5);
  EXPECT_LE(polls, 20) << "not in each turn: this is not what it is to test";
}

TEST_F(Loop_, L10_ManyTimersDueAtOnceStarveNothing) {
  int fired = 0;
  for (int i = 0; i < 10'000; ++i) runtime->SetTimeout(absl::ZeroDuration(), [&] { ++fired; });
  runtime->Post([&] { Log(fired < 10'000 ? "among them" : "behind them"); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(fired, 10'000);
  EXPECT_THAT(log, ElementsAre("among them"));
}

TEST_F(Loop_, L10_WhatIsOverTheLimitKeepsItsPlace) {
  static constexpr int kCount = 10000;
  std::vector<int> order;
  for (int i = 0; i < kCount; ++i) {
    runtime->SetImmediate([&order, i] { order.push_back(i); });
  }
  runtime->SetImmediate([&] { runtime->SetImmediate([&order] { order.push_back(kCount); }); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_GT(loop().turn(), 2);
  ASSERT_EQ(order.size(), kCount + 1u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace rondo
