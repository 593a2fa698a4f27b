// What the tests of pools share.
#ifndef RONDO_TESTS_POOL_POOL_FIXTURE_H_
#define RONDO_TESTS_POOL_POOL_FIXTURE_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"
#include "tests/process_state.h"

namespace rondo {

// Calls what it was made with each time it is run or discarded, on the thread that does.
class CallTask : public PoolTask {
 public:
  explicit CallTask(std::function<void(Outcome)> call)
      : PoolTask([](PoolTask& task, Outcome outcome) {
          // A copy, since the call may destroy the task.
          const auto call = static_cast<CallTask&>(task).call_;
          call(outcome);
        }),
        call_(std::move(call)) {}

 private:
  std::function<void(Outcome)> call_;
};

// Keeps one worker busy from its construction, which waits for that, until Open or the destructor.
class BusyWorker {
 public:
  explicit BusyWorker(Pool& pool);
  ~BusyWorker() { Open(); }
  void Open() {
    if (!open_.HasBeenNotified()) open_.Notify();
    left_.WaitForNotification();
  }

 private:
  absl::Notification entered_;
  absl::Notification open_;
  absl::Notification left_;
  CallTask task_;
};

// Fails a test that leaves a task pending, a thread alive or a file descriptor open.
class PoolTest : public testing::Test {
 protected:
  void TearDown() override;

  // A pool that the fixture watches; `options.threads` as it stands.
  ThreadPool& NewPool(ThreadPool::Options options);

 private:
  const LeakCheck leaks_;
  std::vector<std::unique_ptr<ThreadPool>> pools_;
};

// The same for each number of workers that makes a difference.
class PoolTestByWorkers : public PoolTest, public testing::WithParamInterface<int> {};

}  // namespace rondo

#endif  // RONDO_TESTS_POOL_POOL_FIXTURE_H_
