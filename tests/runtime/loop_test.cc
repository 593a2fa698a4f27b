#include "runtime/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/fd_handle.h"
#include "runtime/timer.h"
#include "tests/runtime/fixture.h"
#include "timers/timer_wheel.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;

class Loop_ : public SimulatedRuntime {
 protected:
  void SetUp() override { Build(); }
  Loop& loop() { return runtime->loop(); }
};

TEST_F(Loop_, L1_OneTurnRunsTimersPendingPollCheckClose) {
  FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle
                  .Start(Readiness::kReadable,
                         [&](Readiness) {
                           Log("poll");
                           handle.OnClose([this] { Log("close"); });
                           handle.Close();
                         })
                  .ok());
  poller->MakeReady(handle.fd(), Readiness::kReadable);
  runtime->SetImmediate([this] { Log("check"); });
  runtime->Post([this] { Log("pending"); });
  runtime->SetTimeout(absl::ZeroDuration(), [this] { Log("timer"); });
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_THAT(log, ElementsAre("timer", "pending", "poll", "check", "close"));
}

TEST_F(Loop_, L1_WhatAnotherThreadPostedBeforeIsAheadOfTheLoopsOwn) {
  runtime->Post([this] {
    std::thread([this] { runtime->Post([this] { Log("another thread's"); }); }).join();
    runtime->Post([this] { Log("its own"); });
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("another thread's", "its own"));
}

TEST_F(Loop_, L2_NextTicksRunAfterEveryCallbackOfEveryPhase) {
  auto with_ticks = [this](const char* name) {
    return [this, name] {
      Log(name);
      runtime->NextTick([this, name] {
        Log(absl::StrCat(name, " tick"));
        runtime->NextTick([this, name] { Log(absl::StrCat(name, " tick of tick")); });
      });
    };
  };
  FdHandle a(loop(), eventfd(0, EFD_CLOEXEC), "a");
  FdHandle b(loop(), eventfd(0, EFD_CLOEXEC), "b");
  for (FdHandle* handle : {&a, &b}) {
    ASSERT_TRUE(handle
                    ->Start(Readiness::kReadable,
                            [=](Readiness) {
                              with_ticks("fd")();
                              handle->OnClose(with_ticks("close"));
                              handle->Close();
                            })
                    .ok());
    poller->MakeReady(handle->fd(), Readiness::kReadable);
  }
  for (int i = 0; i < 2; ++i) {
    runtime->SetTimeout(absl::ZeroDuration(), with_ticks("timer"));
    runtime->Post(with_ticks("pending"));
    runtime->SetImmediate(with_ticks("check"));
  }
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  std::vector<std::string> expected;
  for (const char* name : {"timer", "pending", "fd", "check", "close"}) {
    for (int i = 0; i < 2; ++i) {
      expected.push_back(name);
      expected.push_back(absl::StrCat(name, " tick"));
      expected.push_back(absl::StrCat(name, " tick of tick"));
    }
  }
  EXPECT_EQ(log, expected);
}

TEST_F(Loop_, L3_AnImmediateOfAnImmediateRunsInTheNextTurn) {
  runtime->SetImmediate([this] {
    Log(absl::StrCat("first in turn ", loop().turn()));
    runtime->SetImmediate([this] { Log(absl::StrCat("second in turn ", loop().turn())); });
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("first in turn 1", "second in turn 2"));
}

TEST_F(Loop_, L4_FromAnFdCallbackAnImmediateIsBeforeAZeroTimer) {
  FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle
                  .Start(Readiness::kReadable,
                         [&](Readiness) {
                           runtime->SetTimeout(absl::ZeroDuration(), [this] { Log("timer"); });
                           runtime->SetImmediate([this] { Log("immediate"); });
                           handle.Close();
                         })
                  .ok());
  poller->MakeReady(handle.fd(), Readiness::kReadable);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("immediate", "timer"));
}

TEST_F(Loop_, L5_ThePollWaitsExactlyUntilTheNextTimer) {
  // Now is in the middle of a tick, so what is due in a tick and a half is rounded up to two.
  clock->Advance(absl::Microseconds(300));
  runtime->SetTimeout(absl::Microseconds(1500), [this] { Log(absl::FormatDuration(Now())); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("2ms"));
  EXPECT_EQ(waits[0], absl::ToInt64Nanoseconds(absl::Microseconds(1700)));
}

TEST_F(Loop_, L5_ThePollDoesNotWaitWhenAnythingIsQueuedStoppedOrClosing) {
  Timer timer(loop(), [] {});
  timer.Start(absl::Hours(1));
  auto turn = [this] {
    waits.clear();
    ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
    EXPECT_THAT(waits, ElementsAre(0));
  };
  runtime->SetImmediate([] {});
  turn();
  runtime->Post([this] { runtime->Post([] {}); });
  turn();
  runtime->Post([this] {
    FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
    handle.OnClose([] {});
  });
  turn();
  runtime->Stop();
  turn();
}

TEST_F(Loop_, L6_AnUnreferencedTimerAloneKeepsNothingAlive) {
  Timer timer(loop(), [this] { Log("timer"); });
  timer.Start(absl::Seconds(1));
  timer.Unref();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre());
  EXPECT_THAT(waits, ElementsAre());
  timer.Ref();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("timer"));
}

TEST_F(Loop_, L6_AnUnreferencedTimerThatIsCancelledTakesNobodysReferenceAway) {
  Timer keeps(loop(), [this] { Log("timer"); });
  keeps.Start(absl::Seconds(1));
  Timer cancelled(loop(), [] {});
  cancelled.Unref();
  cancelled.Start(absl::Seconds(1));
  cancelled.Cancel();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("timer"));
}

TEST_F(Loop_, L6_EachOfTimerWatchPostAndCloseKeepsItAlive) {
  EXPECT_FALSE(loop().alive());
  {
    Timer timer(loop(), [] {});
    timer.Start(absl::Seconds(1));
    EXPECT_TRUE(loop().alive());
  }
  EXPECT_FALSE(loop().alive());
  {
    FdHandle handle(loop(), eventfd(0, EFD_CLOEXEC), "event");
    ASSERT_TRUE(handle.Start(Readiness::kReadable, [](Readiness) {}).ok());
    EXPECT_TRUE(loop().alive());
    handle.Unref();
    EXPECT_FALSE(loop().alive());
    handle.Ref();
    EXPECT_TRUE(loop().alive());
    handle.OnClose([] {});
    handle.Close();
    EXPECT_TRUE(loop().alive());
    ASSERT_TRUE(runtime->Run().ok());
  }
  EXPECT_FALSE(loop().alive());
  runtime->Post([] {});
  EXPECT_TRUE(loop().alive());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_FALSE(loop().alive());
}

TEST_F(Loop_, L7_StopBeforeRunRunsNothingAndItCanRunAgain) {
  runtime->Post([this] { Log("posted"); });
  runtime->Stop();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("posted"));
}

TEST_F(Loop_, L8_CloseNotificationsAreFifoAndHooksInOrder) {
  auto make = [this](const std::string& name) {
    const int fd = eventfd(0, EFD_CLOEXEC);
    auto handle = std::make_unique<FdHandle>(loop(), fd, name);
    for (const char* hook : {"first", "second"}) {
      handle->OnClose([this, fd, name, hook] {
        EXPECT_EQ(write(fd, "", 0), -1) << "closed before it is told";
        Log(absl::StrCat(name, " ", hook));
      });
    }
    return handle;
  };
  auto a = make("a");
  auto b = make("b");
  b->Close();
  a->Close();
  a.reset();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("b first", "b second", "a first", "a second"));
}

TEST_F(Loop_, L9_ClosedByASiblingOfItsBatchItOnlyGetsItsCloseNotification) {
  FdHandle a(loop(), eventfd(0, EFD_CLOEXEC), "a");
  FdHandle b(loop(), eventfd(0, EFD_CLOEXEC), "b");
  b.OnClose([this] { Log("b closed"); });
  ASSERT_TRUE(a.Start(Readiness::kReadable, [&](Readiness) {
                 Log("a");
                 b.Close();
                 a.Close();
               }).ok());
  ASSERT_TRUE(b.Start(Readiness::kReadable, [&](Readiness) { Log("b"); }).ok());
  poller->MakeReady(a.fd(), Readiness::kReadable);
  poller->MakeReady(b.fd(), Readiness::kReadable);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("a", "b closed"));
}

TEST_F(Loop_, T1_NeverEarlyAlsoAfterALongBlock) {
  runtime->SetTimeout(absl::Milliseconds(5), [this] {
    clock->Advance(absl::Seconds(3));  // Blocks the loop.
    const absl::Duration started = Now();
    runtime->SetTimeout(absl::Milliseconds(10), [this, started] {
      EXPECT_GE(Now() - started, absl::Milliseconds(10));
      EXPECT_LE(Now() - started, absl::Milliseconds(11));
      Log("fired");
    });
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("fired"));
}

TEST_F(Loop_, T1_StartAtIsNeverBeforeItsTime) {
  std::vector<std::unique_ptr<Timer>> timers;
  const int64_t now = clock->NowNanos();
  int fired = 0;
  for (int64_t micros = 1; micros <= 5000; micros += 99) {
    const int64_t due = now + micros * 1000;
    timers.push_back(std::make_unique<Timer>(loop(), [this, due, &fired] {
      ++fired;
      EXPECT_GE(clock->NowNanos(), due);
      EXPECT_LT(clock->NowNanos(), due + absl::ToInt64Nanoseconds(absl::Milliseconds(1)));
    }));
    timers.back()->StartAt(due);
  }
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(static_cast<size_t>(fired), timers.size());
  Timer overdue(loop(), [this] { Log("overdue"); });
  overdue.StartAt(now);
  ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_THAT(log, ElementsAre("overdue"));
}

TEST_F(Loop_, S1_ALone200MillisecondTimerFiresAt200) {
  runtime->SetTimeout(absl::Milliseconds(200), [this] { Log(absl::FormatDuration(Now())); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("200ms"));
  EXPECT_LE(loop().turn(), 2);
}

TEST_F(Loop_, LagIsNotWhatTheHostOfAnEmbeddedLoopDoes) {
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  clock->Advance(absl::Seconds(10));
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_EQ(loop().stats().max_lag, absl::ZeroDuration());
  runtime->Post([this] { clock->Advance(absl::Seconds(2)); });
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_EQ(loop().stats().max_lag, absl::Seconds(2));
}

TEST_F(Loop_, AClosedFdHandleLetsGoOfItsCallback) {
  auto alive = std::make_shared<int>(0);
  FdHandle idle(loop(), eventfd(0, EFD_CLOEXEC), "idle");
  ASSERT_TRUE(idle.Start(Readiness::kReadable, [alive](Readiness) {}).ok());
  idle.Close();
  EXPECT_EQ(alive.use_count(), 1);
  FdHandle ready(loop(), eventfd(0, EFD_CLOEXEC), "ready");
  ASSERT_TRUE(
      ready.Start(Readiness::kReadable, [alive, &ready](Readiness) { ready.Close(); }).ok());
  poller->MakeReady(ready.fd(), Readiness::kReadable);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(Loop_, ATimerThatIsNotScheduledMayOutliveItsLoop) {
  Timer never_started(loop(), [] {});
  Timer cancelled(loop(), [] {});
  cancelled.Start(absl::Seconds(1));
  cancelled.Cancel();
  runtime.reset();
}

TEST_F(Loop_, AClockMayBeginBelowZero) {
  runtime = *Runtime::Builder().Use(std::make_unique<ManualClock>(-1000)).Build();
  Timer timer(runtime->loop(), [] {});
  timer.Start(absl::InfiniteDuration());
  EXPECT_GT(runtime->NextTimeout(), absl::Hours(24 * 365 * 200));
  timer.Start(absl::Seconds(1));
  EXPECT_GT(runtime->NextTimeout(), absl::Milliseconds(999));
  timer.Cancel();
}

TEST_F(Loop_, T4_AZeroTimerStartedByATimerFiresInTheNextTurn) {
  runtime->SetTimeout(absl::Milliseconds(5), [this] {
    Log(absl::StrCat("outer in turn ", loop().turn()));
    runtime->SetTimeout(absl::ZeroDuration(),
                        [this] { Log(absl::StrCat("inner in turn ", loop().turn())); });
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("outer in turn 2", "inner in turn 3"));
}

TEST_F(Loop_, T5_ARepeatingTimerRearmsFirstAndDoesNotCatchUpInABurst) {
  std::vector<absl::Duration> fired;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop(), [&] {
    EXPECT_TRUE(timer->scheduled()) << "it is armed again before its callback runs";
    fired.push_back(Now());
    if (fired.size() == 2) clock->Advance(absl::Milliseconds(95));
    if (fired.size() == 4) timer->Cancel();
  });
  timer->StartRepeating(absl::Milliseconds(10));
  ASSERT_TRUE(runtime->Run().ok());
  // At 20 the block begins: what was due at 30 fires once, at 115, and the next 10 later.
  EXPECT_THAT(fired, ElementsAre(absl::Milliseconds(10), absl::Milliseconds(20),
                                 absl::Milliseconds(115), absl::Milliseconds(125)));
}

TEST_F(Loop_, T5_ARepeatingTimerDoesNotDrift) {
  // Every turn begins a little after the tick, as real ones do.
  int calls = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop(), [&] {
    clock->Advance(absl::Microseconds(100));
    if (++calls == 100) timer->Cancel();
  });
  timer->StartRepeating(absl::Milliseconds(5));
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_GE(Now(), absl::Milliseconds(500));
  EXPECT_LT(Now(), absl::Milliseconds(501));
}

TEST_F(Loop_, T2_AZeroTimerDoesNotOvertakeOverdueOnes) {
  runtime->SetTimeout(absl::Milliseconds(1), [this] { Log("overdue"); });
  clock->Advance(absl::Milliseconds(50));
  runtime->SetTimeout(absl::ZeroDuration(), [this] { Log("zero"); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("overdue", "zero"));
}

TEST_F(Loop_, TimersStartedAfterALongBlockArePlacedByTheTimeThatItIs) {
  // Placed by the time of before the block, they would share a slot far up in the wheel, and the
  // loop would wake for that slot's beginning.
  runtime->SetTimeout(absl::Milliseconds(1), [this] {
    clock->Advance(absl::Hours(100));
    for (int i = 0; i < 2 * TimerWheel::kScanLimit; ++i) {
      runtime->SetTimeout(absl::Milliseconds(10), [this] { Log("fired"); });
    }
    waits.clear();
  });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(log.size(), 2u * TimerWheel::kScanLimit);
  EXPECT_THAT(waits, ElementsAre(absl::ToInt64Nanoseconds(absl::Milliseconds(10)), 0));
}

TEST_F(Loop_, T6_AHugeDelayStaysCancellable) {
  Timer timer(loop(), [this] { Log("never"); });
  timer.Start(absl::InfiniteDuration());
  EXPECT_TRUE(timer.Cancel());
  timer.Start(absl::Hours(24) * 365 * 1000);
  EXPECT_TRUE(timer.Cancel());
  EXPECT_FALSE(timer.Cancel());
  EXPECT_FALSE(loop().alive());
}

TEST_F(Loop_, T7_CancelOfASiblingInOneBatch) {
  Timer b(loop(), [this] { Log("b"); });
  Timer a(loop(), [&] {
    Log("a");
    EXPECT_TRUE(b.Cancel());
    EXPECT_FALSE(b.Cancel());
  });
  a.Start(absl::Milliseconds(1));
  b.Start(absl::Milliseconds(1));
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("a"));
}

TEST_F(Loop_, S4_TwoTimersWithOneDeadlineBothFire) {
  for (const char* name : {"a", "b"}) {
    runtime->SetTimeout(absl::Milliseconds(7), [this, name] { Log(name); });
  }
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("a", "b"));
}

TEST_F(Loop_, ATimerDestroysItselfInItsCallback) {
  auto timer = std::make_unique<Timer>(loop(), [] {});
  timer = std::make_unique<Timer>(loop(), [&] {
    timer.reset();
    Log("fired");  // Its captures are still there.
  });
  timer->StartRepeating(absl::Milliseconds(1));
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("fired"));
}

TEST_F(Loop_, AnFdHandleDestroysItselfInItsCallback) {
  auto handle = std::make_unique<FdHandle>(loop(), eventfd(0, EFD_CLOEXEC), "event");
  ASSERT_TRUE(handle
                  ->Start(Readiness::kReadable,
                          [&](Readiness) {
                            handle.reset();
                            Log("ready");
                          })
                  .ok());
  poller->MakeReady(handle->fd(), Readiness::kReadable);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("ready"));
}

TEST_F(Loop_, L5_AnEmbeddedIdleLoopWaitsForPosts) {
  // Nothing keeps it alive, but its host asked it to wait.
  ASSERT_TRUE(runtime->RunOnce(absl::Seconds(1)).ok());
  EXPECT_THAT(waits, ElementsAre(1'000'000'000));
}

TEST_F(Loop_, L7_StopIsForOneRunOrTurn) {
  runtime->Stop();
  ASSERT_TRUE(runtime->RunOnce(absl::Seconds(1)).ok());
  ASSERT_TRUE(runtime->RunOnce(absl::Seconds(1)).ok());
  EXPECT_THAT(waits, ElementsAre(0, 1'000'000'000));
}

TEST_F(Loop_, WhatIsLeftAtTheEndIsDestroyedAndNotCalled) {
  auto alive = std::make_shared<int>(0);
  runtime->SetTimeout(absl::Seconds(1), [alive] { FAIL(); });
  runtime->Post([alive] { FAIL(); });
  runtime->SetImmediate([alive] { FAIL(); });
  runtime->NextTick([alive] { FAIL(); });
  runtime.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace rondo
