// Poller::Wake, and what threads may expect of it.
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "poller/poller.h"
#include "tests/poller/testing.h"

namespace rondo {
namespace {

constexpr int64_t kForever = -1;

class PollerWakeTest : public PollerTest {
 protected:
  void Wait(int64_t timeout_nanos) { ASSERT_EQ(poller_->Wait(timeout_nanos), absl::OkStatus()); }

  // Whether a Wait would have to sleep: says so without sleeping, and changes nothing but that the
  // poller is armed.
  bool WouldSleep() {
    poller_->Arm();
    return !IsReadable(poller_->fd());
  }

  int64_t writes() const { return poller_->stats().wake_writes; }
};

TEST_F(PollerWakeTest, E6_WakesWhileAwakeEndOneWaitWithoutASystemCall) {
  for (int i = 0; i < 1000; ++i) poller_->Wake();
  Wait(kForever);
  EXPECT_FALSE(poller_->has_ready());
  EXPECT_EQ(writes(), 0);
  EXPECT_TRUE(WouldSleep());
}

TEST_F(PollerWakeTest, E6_AWaitThatOnlyLooksTakesTheWakes) {
  poller_->Wake();
  Wait(0);
  EXPECT_EQ(writes(), 0);
  EXPECT_TRUE(WouldSleep());
}

TEST_F(PollerWakeTest, E6_WakesOfManyThreadsWhileAsleepMakeOneWrite) {
  constexpr int kThreads = 4;
  for (int sleep = 1; sleep <= 20; ++sleep) {
    poller_->Arm();  // as asleep as in Wait, for all that Wake can see
    std::vector<std::thread> wakers;
    wakers.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      wakers.emplace_back([this] {
        for (int n = 0; n < 50; ++n) poller_->Wake();
      });
    }
    Wait(kForever);
    for (std::thread& waker : wakers) waker.join();
    Wait(0);  // takes those that came after the sleep, which wrote nothing
    EXPECT_EQ(writes(), sleep);
  }
  EXPECT_FALSE(poller_->has_ready());
}

// The eventfd is never read, so each write must make a new edge.
TEST_F(PollerWakeTest, E6_EverySleepCanBeEnded) {
  for (int sleep = 1; sleep <= 100; ++sleep) {
    ASSERT_TRUE(WouldSleep());
    poller_->Wake();
    ASSERT_TRUE(IsReadable(poller_->fd()));
    Wait(kForever);
    ASSERT_EQ(writes(), sleep);
  }
}

TEST_F(PollerWakeTest, ArmedItsFdIsReadableAfterAWake) {
  poller_->Wake();
  EXPECT_FALSE(IsReadable(poller_->fd())) << "nobody said that he sleeps on it";
  poller_->Arm();
  EXPECT_TRUE(IsReadable(poller_->fd()));
  Wait(0);
  EXPECT_FALSE(IsReadable(poller_->fd()));
}

TEST_F(PollerWakeTest, ItsFdIsReadableWhenAnFdIsReady) {
  const SocketPair pair = MakeSocketPair();
  Recorder watcher;
  ASSERT_EQ(poller_->Add(watcher, pair.ours.get(), Readiness::kReadable), absl::OkStatus());
  EXPECT_FALSE(IsReadable(poller_->fd()));
  SendByte(pair.theirs.get());
  EXPECT_TRUE(IsReadable(poller_->fd()));
  Wait(0);
  EXPECT_EQ(Deliver(*poller_), 1);
  EXPECT_FALSE(IsReadable(poller_->fd()));
}

TEST_F(PollerWakeTest, AWokenPollerStillLooks) {
  const OwnedFd event = MakeEventFd(1);
  Recorder watcher;
  ASSERT_EQ(poller_->Add(watcher, event.get(), Readiness::kReadable), absl::OkStatus());
  poller_->Wake();
  Wait(kForever);
  EXPECT_EQ(Deliver(*poller_), 1);
}

// Plain memory, so that ThreadSanitizer says whether Wake really happens before the return.
TEST_F(PollerWakeTest, E6_WhatWasDoneBeforeWakeIsSeenAfterASleep) {
  int published = 0;
  std::thread waker([&] {
    published = 1;
    poller_->Wake();
  });
  Wait(kForever);
  EXPECT_EQ(published, 1);
  waker.join();
}

TEST_F(PollerWakeTest, E6_WhatWasDoneBeforeWakeIsSeenAfterALook) {
  int published = 0;
  std::atomic<bool> woken = false;  // Relaxed: it must not order what is tested.
  std::thread waker([&] {
    published = 1;
    poller_->Wake();
    woken.store(true, std::memory_order_relaxed);
  });
  while (!woken.load(std::memory_order_relaxed)) std::this_thread::yield();
  Wait(0);
  EXPECT_EQ(published, 1);
  waker.join();
}

// Each thread publishes and then waits for the answer, so that the poller goes to sleep as often
// as it can. A lost wake-up leaves everyone waiting for ever.
void PublishAndWake(Poller& poller, int threads, int rounds) {
  struct Mailbox {
    std::atomic<int> published = 0;  // Written by one thread; relaxed, since Wake has to order it.
    std::atomic<int> answered = 0;   // Written by the poller's thread.
  };
  std::vector<Mailbox> mailboxes(threads);
  std::vector<std::thread> publishers;
  publishers.reserve(threads);
  for (Mailbox& mailbox : mailboxes) {
    publishers.emplace_back([&poller, &mailbox, rounds] {
      for (int round = 1; round <= rounds; ++round) {
        mailbox.published.store(round, std::memory_order_relaxed);
        poller.Wake();
        while (mailbox.answered.load(std::memory_order_relaxed) != round) {
          std::this_thread::yield();
        }
      }
    });
  }
  for (int finished = 0; finished < threads;) {
    ASSERT_EQ(poller.Wait(finished % 2 == 0 ? kForever : 0), absl::OkStatus());
    finished = 0;
    for (Mailbox& mailbox : mailboxes) {
      const int round = mailbox.published.load(std::memory_order_relaxed);
      mailbox.answered.store(round, std::memory_order_relaxed);
      if (round == rounds) ++finished;
    }
  }
  for (std::thread& publisher : publishers) publisher.join();
}

TEST_F(PollerWakeTest, E6_NoWakeIsLost) {
  for (const int threads : {1, 2, 8}) {
    SCOPED_TRACE(threads);
    PublishAndWake(*poller_, threads, 1200 / threads);
    EXPECT_LE(writes(), poller_->stats().waits);
  }
}

}  // namespace
}  // namespace rondo
