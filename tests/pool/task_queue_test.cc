#include "pool/task_queue.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "pool/backoff.h"
#include "pool/pool.h"

namespace rondo {
namespace {

constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

struct Task : PoolTask {
  Task() : PoolTask([](PoolTask&, Outcome) {}) {}
  int producer = 0;
  int value = 0;
};

TEST(TaskQueue, IsFirstInFirstOutAndCounts) {
  Task tasks[3];
  TaskQueue queue(kUnbounded);
  EXPECT_EQ(queue.Take(), nullptr);
  for (Task& task : tasks) EXPECT_TRUE(queue.Push(task).ok());
  EXPECT_EQ(queue.accepted(), 3);
  EXPECT_EQ(queue.taken(), 0);
  for (Task& task : tasks) EXPECT_EQ(queue.Take(), &task);
  EXPECT_EQ(queue.Take(), nullptr);
  EXPECT_EQ(queue.accepted(), 3);
  EXPECT_EQ(queue.taken(), 3);
}

TEST(TaskQueue, P5_TryPushIsBounded) {
  Task tasks[4];
  TaskQueue queue(2);
  EXPECT_TRUE(queue.TryPush(tasks[0]).ok());
  EXPECT_TRUE(queue.TryPush(tasks[1]).ok());
  const absl::Status full = queue.TryPush(tasks[2]);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(full.message(), "the pool's queue is full: 2 tasks wait");
  EXPECT_EQ(queue.accepted(), 2);
  EXPECT_TRUE(queue.Push(tasks[2]).ok());  // not bounded, and counts for the bound
  queue.Take();
  EXPECT_EQ(queue.TryPush(tasks[3]).code(), absl::StatusCode::kResourceExhausted);
  queue.Take();
  EXPECT_TRUE(queue.TryPush(tasks[3]).ok());
}

TEST(TaskQueue, P5_TheBoundHoldsAmongManyPushers) {
  constexpr int kPushers = 4;
  constexpr int kBound = 100;
  TaskQueue queue(kBound);
  std::vector<std::unique_ptr<Task[]>> tasks;
  for (int i = 0; i < kPushers; ++i) tasks.push_back(std::make_unique<Task[]>(kBound));
  std::atomic<int> accepted = 0;
  std::vector<std::thread> pushers;
  for (int i = 0; i < kPushers; ++i) {
    pushers.emplace_back([&, i] {
      for (int j = 0; j < kBound; ++j) accepted += queue.TryPush(tasks[i][j]).ok() ? 1 : 0;
    });
  }
  for (std::thread& pusher : pushers) pusher.join();
  EXPECT_EQ(accepted, kBound);
  EXPECT_EQ(queue.accepted(), kBound);
}

TEST(TaskQueue, P8_AClosedQueueRefusesAndKeepsWhatItHas) {
  Task tasks[2];
  TaskQueue queue(kUnbounded);
  EXPECT_TRUE(queue.Push(tasks[0]).ok());
  EXPECT_TRUE(queue.Close());
  EXPECT_FALSE(queue.Close());
  EXPECT_EQ(queue.Push(tasks[1]).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(queue.TryPush(tasks[1]).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(queue.accepted(), 1);
  EXPECT_FALSE(queue.drained());
  EXPECT_EQ(queue.Take(), &tasks[0]);
  EXPECT_TRUE(queue.drained());
  EXPECT_EQ(queue.Push(tasks[1]).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(queue.drained());
  EXPECT_EQ(queue.accepted(), 1);
}

TEST(TaskQueue, AnOpenQueueIsNeverDrained) {
  TaskQueue queue(kUnbounded);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.drained());
}

// Several take while several push and another closes: what was accepted is taken exactly once, and
// each taker sees each pusher's tasks in their order.
TEST(TaskQueue, P8_TakersGetExactlyWhatWasAcceptedBeforeTheClose) {
  constexpr int kPushers = 3;
  constexpr int kTakers = 3;
  constexpr int kTasks = 3000;
  TaskQueue queue(kUnbounded);
  std::vector<std::unique_ptr<Task[]>> tasks;
  for (int i = 0; i < kPushers; ++i) tasks.push_back(std::make_unique<Task[]>(kTasks));
  std::atomic<int> accepted = 0;
  std::atomic<int> taken = 0;

  std::vector<std::thread> threads;
  for (int pusher = 0; pusher < kPushers; ++pusher) {
    threads.emplace_back([&, pusher] {
      for (int i = 0; i < kTasks; ++i) {
        Task& task = tasks[pusher][i];
        task.producer = pusher;
        task.value = i;
        if (queue.Push(task).ok()) accepted.fetch_add(1);
      }
    });
  }
  for (int taker = 0; taker < kTakers; ++taker) {
    threads.emplace_back([&] {
      std::vector<int> last(kPushers, -1);
      for (Backoff backoff; !queue.drained();) {
        Task* const task = static_cast<Task*>(queue.Take());
        if (task == nullptr) {
          backoff.Wait();
          continue;
        }
        EXPECT_GT(task->value, last[task->producer]);
        last[task->producer] = task->value;
        taken.fetch_add(1);
      }
    });
  }
  for (Backoff backoff; taken.load() < kTasks;) backoff.Wait();
  EXPECT_TRUE(queue.Close());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, accepted);
  EXPECT_EQ(queue.accepted(), accepted);
  EXPECT_EQ(queue.taken(), taken);
}

}  // namespace
}  // namespace rondo
