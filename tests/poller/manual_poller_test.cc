#include "poller/manual_poller.h"

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/poller/testing.h"

namespace rondo {
namespace {

class ManualPollerTest : public testing::Test {
 protected:
  ManualPollerTest()
      : poller_([this](int64_t timeout_nanos) {
          timeouts_.push_back(timeout_nanos);
          if (asleep_ != nullptr) asleep_();
        }) {}

  void Wait(int64_t timeout_nanos) { ASSERT_EQ(poller_.Wait(timeout_nanos), absl::OkStatus()); }

  std::vector<int64_t> timeouts_;
  std::function<void()> asleep_;
  ManualPoller poller_;
};

TEST_F(ManualPollerTest, CallsAFunctionInPlaceOfSleeping) {
  Wait(-1);
  Wait(1'500);
  Wait(0);
  EXPECT_EQ(timeouts_, (std::vector<int64_t>{-1, 1'500, 0}));
}

TEST_F(ManualPollerTest, WithoutAFunctionItReturns) {
  ManualPoller poller;
  EXPECT_EQ(poller.Wait(-1), absl::OkStatus());
  EXPECT_FALSE(poller.has_ready());
}

TEST_F(ManualPollerTest, DoesNotSleepWhenSomethingIsReady) {
  Recorder watcher;
  ASSERT_EQ(poller_.Add(watcher, 7), absl::OkStatus());
  EXPECT_TRUE(poller_.MakeReady(7, Readiness::kReadable));
  EXPECT_FALSE(poller_.has_ready()) << "before a Wait has found it";
  Wait(-1);
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(watcher.last(), Readiness::kReadable);
  Wait(-1);
  EXPECT_EQ(Deliver(poller_), 0) << "once, whatever the trigger";
  EXPECT_EQ(timeouts_, (std::vector<int64_t>{0, -1}));
}

TEST_F(ManualPollerTest, FindsWhatBecomesReadyDuringTheSleep) {
  Recorder watcher;
  ASSERT_EQ(poller_.Add(watcher, 7), absl::OkStatus());
  asleep_ = [this] { poller_.MakeReady(7, Readiness::kWritable); };
  Wait(-1);
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(watcher.last(), Readiness::kWritable);
}

TEST_F(ManualPollerTest, TellsOfWhatIsOfInterestAndOfHangUpsAndErrors) {
  Recorder watcher;
  EXPECT_FALSE(poller_.MakeReady(7, Readiness::kReadable)) << "nobody watches it";
  ASSERT_EQ(poller_.Add(watcher, 7, Readiness::kReadable, Trigger::kLevel), absl::OkStatus());
  EXPECT_FALSE(poller_.MakeReady(7, Readiness::kWritable | Readiness::kPeerClosed));
  EXPECT_TRUE(poller_.MakeReady(7, Readiness::kHungUp));
  EXPECT_TRUE(poller_.MakeReady(7, Readiness::kError | Readiness::kWritable));
  Wait(0);
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(watcher.last(), Readiness::kHungUp | Readiness::kError);

  EXPECT_TRUE(poller_.MakeReady(7, Readiness::kReadable));
  ASSERT_EQ(poller_.Modify(watcher, Readiness::kWritable), absl::OkStatus());
  Wait(0);
  EXPECT_EQ(Deliver(poller_), 0);
  EXPECT_TRUE(poller_.MakeReady(7, Readiness::kWritable));
}

TEST_F(ManualPollerTest, E1_TheNextOwnerOfAnFdDoesNotGetThePreviousOnesEvents) {
  Recorder previous;
  ASSERT_EQ(poller_.Add(previous, 7), absl::OkStatus());
  poller_.MakeReady(7, Readiness::kReadable);
  poller_.Remove(previous);
  Recorder next;
  ASSERT_EQ(poller_.Add(next, 7), absl::OkStatus());
  Wait(0);
  EXPECT_EQ(Deliver(poller_), 0);
}

TEST_F(ManualPollerTest, AnFdIsWatchedOnce) {
  Recorder first;
  Recorder second;
  ASSERT_EQ(poller_.Add(first, 7), absl::OkStatus());
  EXPECT_EQ(poller_.Add(second, 7), absl::AlreadyExistsError("watch fd 7: it is watched already"));
  EXPECT_FALSE(second.watched());
}

TEST_F(ManualPollerTest, E6_WakesCoalesceIntoOneEarlyReturn) {
  for (int i = 0; i < 3; ++i) poller_.Wake();
  Wait(-1);
  Wait(-1);
  asleep_ = [this] { poller_.Wake(); };
  Wait(-1);
  Wait(-1);
  EXPECT_EQ(timeouts_, (std::vector<int64_t>{0, -1, -1, -1}));
}

TEST_F(ManualPollerTest, E6_AnyThreadMayWakeIt) {
  int published = 0;
  std::thread waker;
  asleep_ = [&] {
    waker = std::thread([&] {
      published = 1;
      poller_.Wake();
    });
    waker.join();
  };
  Wait(-1);
  EXPECT_EQ(published, 1);
}

}  // namespace
}  // namespace rondo
