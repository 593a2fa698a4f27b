#include "pool/inbox.h"

#include <atomic>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace rondo {
namespace {

struct Job {
  int producer = 0;
  int value = 0;
  Job* next = nullptr;
};

std::vector<int> Values(Chain<Job> jobs) {
  std::vector<int> values;
  while (Job* job = jobs.Pop()) values.push_back(job->value);
  return values;
}

TEST(Chain, KeepsTheOrderOfAppendAndPrepend) {
  Job jobs[4] = {{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}};
  Chain<Job> chain;
  EXPECT_TRUE(chain.empty());
  EXPECT_EQ(chain.Pop(), nullptr);
  chain.Append(jobs[1]);
  chain.Append(jobs[2]);
  chain.Prepend(jobs[0]);
  chain.Append(jobs[3]);
  EXPECT_EQ(chain.front(), &jobs[0]);
  EXPECT_EQ(Values(std::move(chain)), (std::vector<int>{0, 1, 2, 3}));
}

TEST(Chain, AppendsChains) {
  Job jobs[4] = {{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}};
  Chain<Job> head;
  head.Append(Chain<Job>());
  EXPECT_TRUE(head.empty());
  Chain<Job> tail;
  tail.Append(jobs[0]);
  tail.Append(jobs[1]);
  head.Append(std::move(tail));
  EXPECT_TRUE(tail.empty());
  tail.Prepend(jobs[2]);  // also what was emptied can be filled again
  head.Append(std::move(tail));
  head.Append(jobs[3]);
  EXPECT_EQ(Values(std::move(head)), (std::vector<int>{0, 1, 2, 3}));
}

TEST(Chain, MovesAndIsEmptyAfterwards) {
  Job job = {.value = 7};
  Chain<Job> from;
  from.Append(job);
  Chain<Job> to = std::move(from);
  EXPECT_TRUE(from.empty());
  from = std::move(to);
  EXPECT_TRUE(to.empty());
  EXPECT_EQ(from.Pop(), &job);
  EXPECT_TRUE(from.empty());
}

TEST(Inbox, PushTellsWhetherItWasEmpty) {
  Job jobs[3];
  Inbox<Job> inbox;
  EXPECT_TRUE(inbox.empty());
  EXPECT_TRUE(inbox.Push(jobs[0]));
  EXPECT_FALSE(inbox.Push(jobs[1]));
  EXPECT_FALSE(inbox.empty());
  inbox.TakeAll();
  EXPECT_TRUE(inbox.empty());
  EXPECT_TRUE(inbox.Push(jobs[2]));
}

TEST(Inbox, TakesAllInTheOrderOfPushes) {
  Job jobs[3] = {{.value = 0}, {.value = 1}, {.value = 2}};
  Inbox<Job> inbox;
  EXPECT_TRUE(inbox.TakeAll().empty());
  for (Job& job : jobs) inbox.Push(job);
  EXPECT_EQ(Values(inbox.TakeAll()), (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(inbox.TakeAll().empty());
}

TEST(Inbox, LinksByTheMemberNamed) {
  struct TwoLinks {
    TwoLinks* left = nullptr;
    TwoLinks* right = nullptr;
  };
  TwoLinks first;
  TwoLinks second;
  Inbox<TwoLinks, &TwoLinks::right> inbox;
  inbox.Push(first);
  inbox.Push(second);
  EXPECT_EQ(first.left, nullptr);
  EXPECT_EQ(second.left, nullptr);
  auto chain = inbox.TakeAll();
  EXPECT_EQ(chain.Pop(), &first);
  EXPECT_EQ(chain.Pop(), &second);
}

// The consumer sleeps as the class comment says; a lost wake-up is a hang.
TEST(Inbox, LosesNothingAndKeepsEachProducersOrderWhileTheConsumerSleeps) {
  constexpr int kProducers = 4;
  constexpr int kJobs = 5000;
  std::vector<std::vector<Job>> jobs(kProducers, std::vector<Job>(kJobs));
  Inbox<Job> inbox;
  std::atomic<bool> sleeping = false;
  std::counting_semaphore<> wake(0);

  std::vector<std::thread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&, producer] {
      for (int i = 0; i < kJobs; ++i) {
        Job& job = jobs[producer][i];
        job = {.producer = producer, .value = i};
        if (inbox.Push(job) && sleeping.exchange(false)) wake.release();
      }
    });
  }

  std::vector<int> next(kProducers, 0);
  for (int taken = 0; taken < kProducers * kJobs;) {
    for (Chain<Job> batch = inbox.TakeAll(); Job* job = batch.Pop(); ++taken) {
      ASSERT_EQ(job->value, next[job->producer]++);
    }
    if (taken == kProducers * kJobs) break;
    sleeping.store(true);
    // Awake again at once, unless a pusher has seen the announcement: then its token is due.
    if (!inbox.empty() && sleeping.exchange(false)) continue;
    wake.acquire();
  }
  for (std::thread& producer : producers) producer.join();
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace rondo
