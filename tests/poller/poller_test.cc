#include "poller/poller.h"

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "poller/manual_poller.h"
#include "tests/poller/testing.h"

namespace rondo {
namespace {

// What every poller does with its watchers, shown on one whose batches are scripted.
class PollerQueueTest : public testing::Test {
 protected:
  // Watches the fds 0, 1, 2... and has them all due in one batch, in this order.
  void MakeDue(const std::vector<Watcher*>& watchers) {
    for (Watcher* watcher : watchers) {
      const int fd = static_cast<int>(poller_.watcher_count());
      ASSERT_EQ(poller_.Add(*watcher, fd), absl::OkStatus());
      ASSERT_TRUE(poller_.MakeReady(fd, Readiness::kReadable));
    }
    ASSERT_EQ(poller_.Wait(-1), absl::OkStatus());
  }

  ManualPoller poller_;
  Readiness ready_;
};

TEST_F(PollerQueueTest, TakesInTheOrderOfTheBatch) {
  Recorder watchers[3];
  MakeDue({&watchers[0], &watchers[1], &watchers[2]});
  for (Recorder& watcher : watchers) {
    ready_ = Readiness();
    EXPECT_EQ(poller_.TakeReady(ready_), &watcher);
    EXPECT_EQ(ready_, Readiness::kReadable);
  }
  EXPECT_FALSE(poller_.has_ready());
  EXPECT_EQ(poller_.TakeReady(ready_), nullptr);
}

TEST_F(PollerQueueTest, E1_WhoeverIsRemovedIsOutOfTheQueueWhereverHeWas) {
  for (int removed = 0; removed < 3; ++removed) {
    SCOPED_TRACE(removed);
    Recorder watchers[3];
    MakeDue({&watchers[0], &watchers[1], &watchers[2]});
    poller_.Remove(watchers[removed]);
    EXPECT_FALSE(watchers[removed].watched());
    EXPECT_EQ(watchers[removed].fd(), -1);
    EXPECT_EQ(Deliver(poller_), 2);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(watchers[i].told().size(), i == removed ? 0 : 1) << i;
      poller_.Remove(watchers[i]);  // does nothing to the one that is out
    }
    EXPECT_EQ(poller_.watcher_count(), 0);
  }
}

TEST_F(PollerQueueTest, L9_OneDestroyedByASiblingOfItsBatchIsNotTold) {
  auto victim = std::make_unique<Recorder>([] { FAIL() << "destroyed, and yet told"; });
  Recorder killer([&victim] { victim = nullptr; });
  Recorder last;
  MakeDue({&killer, victim.get(), &last});
  EXPECT_EQ(Deliver(poller_), 2);
  EXPECT_EQ(last.told().size(), 1);
  EXPECT_EQ(poller_.watcher_count(), 2);
}

TEST_F(PollerQueueTest, AWatcherMayDestroyItself) {
  std::unique_ptr<Recorder> suicide = std::make_unique<Recorder>([&suicide] { suicide = nullptr; });
  Recorder last;
  MakeDue({suicide.get(), &last});
  EXPECT_EQ(Deliver(poller_), 2);
  EXPECT_EQ(suicide, nullptr);
  EXPECT_EQ(poller_.watcher_count(), 1);
}

TEST_F(PollerQueueTest, OneWhoIsRemovedAndAddedAgainHasNothingDue) {
  Recorder watcher;
  MakeDue({&watcher});
  poller_.Remove(watcher);
  ASSERT_EQ(poller_.Add(watcher, 0), absl::OkStatus());
  EXPECT_FALSE(poller_.has_ready());
  poller_.MakeReady(0, Readiness::kWritable);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(watcher.last(), Readiness::kWritable);
}

TEST_F(PollerQueueTest, BatchesThatWereNotTakenAddUpInTheFirstPlace) {
  Recorder first;
  Recorder second;
  MakeDue({&first, &second});
  poller_.MakeReady(0, Readiness::kPeerClosed);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  EXPECT_EQ(poller_.TakeReady(ready_), &first);
  EXPECT_EQ(ready_, Readiness::kReadable | Readiness::kPeerClosed);
  EXPECT_EQ(poller_.TakeReady(ready_), &second);
  EXPECT_EQ(ready_, Readiness::kReadable);
  EXPECT_FALSE(poller_.has_ready());
}

TEST_F(PollerQueueTest, WhatHasNoPlaceInTheQueueIsToldLater) {
  std::vector<std::unique_ptr<Recorder>> watchers;
  for (int fd = 0; fd < 300; ++fd) {
    watchers.push_back(std::make_unique<Recorder>());
    ASSERT_EQ(poller_.Add(*watchers.back(), fd), absl::OkStatus());
    ASSERT_TRUE(poller_.MakeReady(fd, Readiness::kReadable));
  }
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus()) << "though the queue is full";
  EXPECT_EQ(poller_.TakeReady(ready_), watchers[0].get());
  poller_.Remove(*watchers[255]);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus()) << "into the two places that are free";
  EXPECT_EQ(Deliver(poller_), 256);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  EXPECT_EQ(Deliver(poller_), 300 - 258);
  for (int fd = 1; fd < 300; ++fd) EXPECT_EQ(watchers[fd]->told().size(), fd == 255 ? 0 : 1) << fd;
}

TEST_F(PollerQueueTest, WhatWasToldIsNotToldAgain) {
  Recorder watcher;
  MakeDue({&watcher});
  EXPECT_EQ(Deliver(poller_), 1);
  poller_.MakeReady(0, Readiness::kWritable);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(watcher.last(), Readiness::kWritable);
}

TEST_F(PollerQueueTest, ModifyDropsWhatIsNoLongerOfInterest) {
  Recorder dropped;
  Recorder kept;
  Recorder broken;
  MakeDue({&dropped, &kept, &broken});
  poller_.MakeReady(1, Readiness::kWritable);
  poller_.MakeReady(2, Readiness::kError);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  for (Recorder* watcher : {&dropped, &kept, &broken}) {
    ASSERT_EQ(poller_.Modify(*watcher, Readiness::kWritable), absl::OkStatus());
  }
  EXPECT_EQ(Deliver(poller_), 2);
  EXPECT_TRUE(dropped.told().empty());
  EXPECT_EQ(kept.last(), Readiness::kWritable);
  EXPECT_EQ(broken.last(), Readiness::kError);
}

TEST_F(PollerQueueTest, OnlyLooksWhileSomethingIsQueued) {
  std::vector<int64_t> timeouts;
  ManualPoller poller([&timeouts](int64_t timeout) { timeouts.push_back(timeout); });
  Recorder watcher;
  ASSERT_EQ(poller.Add(watcher, 0), absl::OkStatus());
  poller.MakeReady(0, Readiness::kReadable);
  ASSERT_EQ(poller.Wait(0), absl::OkStatus());
  ASSERT_EQ(poller.Wait(-1), absl::OkStatus());
  Deliver(poller);
  ASSERT_EQ(poller.Wait(-1), absl::OkStatus());
  EXPECT_EQ(timeouts, (std::vector<int64_t>{0, 0, -1}));
}

TEST_F(PollerQueueTest, E9_ANegativeFdIsAStatus) {
  Recorder watcher;
  EXPECT_EQ(poller_.Add(watcher, -1), absl::InvalidArgumentError("watch fd -1: not an fd"));
  EXPECT_FALSE(watcher.watched());
  EXPECT_EQ(poller_.watcher_count(), 0);
}

TEST_F(PollerQueueTest, AWatcherWatchesOneFdAtATime) {
  Recorder watcher;
  ASSERT_EQ(poller_.Add(watcher, 3), absl::OkStatus());
  EXPECT_EQ(poller_.Add(watcher, 4),
            absl::AlreadyExistsError("watch fd 4: its watcher watches fd 3 already"));
  EXPECT_EQ(watcher.fd(), 3);
}

TEST_F(PollerQueueTest, OnlyWhatIsWatchedCanBeModified) {
  Recorder watcher;
  EXPECT_TRUE(absl::IsFailedPrecondition(poller_.Modify(watcher, Readiness::kReadable)));
  ManualPoller other;
  ASSERT_EQ(other.Add(watcher, 0), absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(poller_.Modify(watcher, Readiness::kReadable)));
}

TEST_F(PollerQueueTest, ListsItsWatchersInOrder) {
  Recorder watchers[3];
  for (int fd : {7, 5, 9}) {
    ASSERT_EQ(poller_.Add(watchers[poller_.watcher_count()], fd), absl::OkStatus());
  }
  poller_.Remove(watchers[1]);
  std::vector<int> fds;
  poller_.ForEachWatcher([&fds](const Watcher& watcher) { fds.push_back(watcher.fd()); });
  EXPECT_EQ(fds, (std::vector<int>{7, 9}));
  EXPECT_EQ(poller_.watcher_count(), 2);
}

TEST_F(PollerQueueTest, AWatcherMayOutliveThePoller) {
  Recorder idle;
  Recorder due;
  {
    ManualPoller poller;
    ASSERT_EQ(poller.Add(idle, 0), absl::OkStatus());
    ASSERT_EQ(poller.Add(due, 1), absl::OkStatus());
    poller.MakeReady(1, Readiness::kReadable);
    ASSERT_EQ(poller.Wait(0), absl::OkStatus());
    ASSERT_TRUE(poller.has_ready());
  }
  EXPECT_FALSE(idle.watched());
  EXPECT_FALSE(due.watched());
  // And have another one.
  ASSERT_EQ(poller_.Add(due, 1), absl::OkStatus());
  EXPECT_FALSE(poller_.has_ready());
  poller_.MakeReady(1, Readiness::kWritable);
  ASSERT_EQ(poller_.Wait(0), absl::OkStatus());
  EXPECT_EQ(Deliver(poller_), 1);
  EXPECT_EQ(due.last(), Readiness::kWritable);
}

TEST_F(PollerQueueTest, Counts) {
  Recorder watcher;
  MakeDue({&watcher});
  ASSERT_EQ(poller_.Modify(watcher, Readiness::kReadable), absl::OkStatus());
  poller_.Remove(watcher);
  const Poller::Stats stats = poller_.stats();
  EXPECT_EQ(stats.waits, 1);
  EXPECT_EQ(stats.events, 1);
  EXPECT_EQ(stats.changes, 3);
}

TEST(PollerDeathTest, RemoveIsForThePollersOwnWatchers) {
  ManualPoller poller;
  ManualPoller other;
  Recorder watcher;
  ASSERT_EQ(other.Add(watcher, 5), absl::OkStatus());
#ifndef NDEBUG
  EXPECT_DEATH(poller.Remove(watcher), "fd 5 is watched by another poller");
#endif
}

}  // namespace
}  // namespace rondo
