#include "pool/parker.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

TEST(Parker, AWakeUpBeforeTheSleepIsNotLost) {
  Parker parker;
  parker.Unpark();
  parker.Park();
}

TEST(Parker, SeveralWakeUpsCountAsOne) {
  Parker parker;
  std::atomic<bool> returned_twice = false;
  absl::Notification returned_once;
  parker.Unpark();
  parker.Unpark();
  std::thread owner([&] {
    parker.Park();
    returned_once.Notify();
    parker.Park();
    returned_twice.store(true);
  });
  returned_once.WaitForNotification();
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(returned_twice.load());
    std::this_thread::yield();
  }
  parker.Unpark();
  owner.join();
}

TEST(Parker, ASignalDoesNotEndTheSleep) {
  struct sigaction nothing = {};
  nothing.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR1, &nothing, nullptr), 0);
  Parker parker;
  std::atomic<bool> returned = false;
  std::thread owner([&] {
    parker.Park();
    returned.store(true);
  });
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(pthread_kill(owner.native_handle(), SIGUSR1), 0);
    std::this_thread::yield();
    ASSERT_FALSE(returned.load());
  }
  parker.Unpark();
  owner.join();
}

// Each side's plain variable is handed over by the other's Unpark alone.
TEST(Parker, HandsOverWhatWasWrittenBefore) {
  Parker ping;
  Parker pong;
  int value = 0;
  constexpr int kRounds = 2000;
  std::thread other([&] {
    for (int i = 0; i < kRounds; ++i) {
      ping.Park();
      EXPECT_EQ(value, 2 * i + 1);
      ++value;
      pong.Unpark();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    ++value;
    ping.Unpark();
    pong.Park();
    ASSERT_EQ(value, 2 * i + 2);
  }
  other.join();
}

}  // namespace
}  // namespace rondo
