#include "pool/mpsc_queue.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "gtest/gtest.h"
#include "pool/parker.h"

namespace rondo {

// Stops pushes half-way.
class MpscQueueTestPeer {
 public:
  template <typename Node>
  static Node* Enter(MpscQueue<Node>& queue, Node& node) {
    return queue.Enter(node);
  }
  template <typename Node>
  static void Link(MpscQueue<Node>& queue, Node* previous, Node& node) {
    queue.Link(previous, node);
  }
};

namespace {

struct Job {
  int producer = 0;
  int value = 0;
  std::atomic<Job*> next = nullptr;
};

// Pops on another thread while `link` has not been called; Pop must wait for it.
Job* PopBeforeLink(MpscQueue<Job>& queue, absl::FunctionRef<void()> link) {
  std::atomic<bool> begun = false;
  std::atomic<bool> popped = false;
  Job* job = nullptr;
  std::thread consumer([&] {
    begun.store(true);
    job = queue.Pop();
    popped.store(true);
  });
  while (!begun.load()) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(popped.load());
    std::this_thread::yield();
  }
  link();
  consumer.join();
  return job;
}

TEST(MpscQueue, IsFirstInFirstOut) {
  Job jobs[3];
  MpscQueue<Job> queue;
  EXPECT_EQ(queue.Pop(), nullptr);
  for (Job& job : jobs) queue.Push(job);
  for (Job& job : jobs) EXPECT_EQ(queue.Pop(), &job);
  EXPECT_EQ(queue.Pop(), nullptr);
}

TEST(MpscQueue, PushTellsWhetherItWasEmpty) {
  Job first;
  Job second;
  MpscQueue<Job> queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.maybe_ready());
  EXPECT_TRUE(queue.Push(first));
  EXPECT_FALSE(queue.Push(second));
  EXPECT_FALSE(queue.empty());
  EXPECT_TRUE(queue.maybe_ready());
  queue.Pop();
  EXPECT_FALSE(queue.Push(first));
  queue.Pop();
  queue.Pop();
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.maybe_ready());
  EXPECT_TRUE(queue.Push(first));
}

TEST(MpscQueue, ANodeCanBePushedAgainOncePopped) {
  Job a;
  Job b;
  MpscQueue<Job> queue;
  queue.Push(a);
  queue.Push(b);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(queue.Pop(), &a);
    queue.Push(a);
    EXPECT_EQ(queue.Pop(), &b);
    queue.Push(b);
  }
}

TEST(MpscQueue, PopWaitsForAFirstNodeThatIsBeingPushed) {
  Job a;
  Job b;
  MpscQueue<Job> queue;
  Job* const before_a = MpscQueueTestPeer::Enter(queue, a);
  EXPECT_FALSE(queue.empty());
  EXPECT_FALSE(queue.Push(b));
  EXPECT_EQ(PopBeforeLink(queue, [&] { MpscQueueTestPeer::Link(queue, before_a, a); }), &a);
  EXPECT_EQ(queue.Pop(), &b);
}

TEST(MpscQueue, PopKeepsANodeUntilItsSuccessorIsLinked) {
  Job a;
  Job b;
  MpscQueue<Job> queue;
  EXPECT_TRUE(queue.Push(a));
  Job* const before_b = MpscQueueTestPeer::Enter(queue, b);
  EXPECT_EQ(PopBeforeLink(queue, [&] { MpscQueueTestPeer::Link(queue, before_b, b); }), &a);
  EXPECT_EQ(queue.Pop(), &b);
}

// Producers hand in nodes that live only until they are popped, so that a late touch is found; the
// consumer sleeps as the class comment says, so that a lost wake-up is a hang.
TEST(MpscQueue, LosesNothingAndKeepsEachProducersOrder) {
  constexpr int kProducers = 4;
  constexpr int kJobs = 5000;
  MpscQueue<Job> queue;
  std::atomic<int> pushed = 0;
  std::atomic<bool> sleeping = false;
  Parker parker;

  std::vector<std::thread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&, producer] {
      for (int i = 0; i < kJobs; ++i) {
        queue.Push(*new Job{.producer = producer, .value = i});
        pushed.fetch_add(1);
        if (sleeping.load() && sleeping.exchange(false)) parker.Unpark();
      }
    });
  }

  std::vector<int> next(kProducers, 0);
  for (int popped = 0; popped < kProducers * kJobs;) {
    const int pushed_before = pushed.load();
    if (Job* job = queue.Pop(); job != nullptr) {
      EXPECT_EQ(job->value, next[job->producer]++);
      delete job;
      ++popped;
      continue;
    }
    // Also when a push that is not complete holds up those behind it.
    ASSERT_GE(popped, pushed_before) << "the queue was called empty when it was not";
    sleeping.store(true);
    if (!queue.empty() && sleeping.exchange(false)) continue;
    parker.Park();
  }
  for (std::thread& producer : producers) producer.join();
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace rondo
