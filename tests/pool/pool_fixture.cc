#include "tests/pool/pool_fixture.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "gtest/gtest.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"

namespace rondo {

BusyWorker::BusyWorker(Pool& pool)
    : task_([this](PoolTask::Outcome) {
        entered_.Notify();
        open_.WaitForNotification();
        left_.Notify();
      }) {
  CHECK_OK(pool.Schedule(task_));
  entered_.WaitForNotification();
}

ThreadPool& PoolTest::NewPool(ThreadPool::Options options) {
  pools_.push_back(ThreadPool::Create(std::move(options)).value());
  return *pools_.back();
}

void PoolTest::TearDown() {
  for (const std::unique_ptr<ThreadPool>& pool : pools_) {
    const Pool::Stats at_the_end = pool->stats();
    EXPECT_EQ(at_the_end.waiting(), 0) << "the test left tasks that have not started";
    pool->Shutdown(Pool::Pending::kRun);
    const Pool::Stats stats = pool->stats();
    EXPECT_EQ(stats.waiting(), 0);
    EXPECT_EQ(stats.running(), 0);
  }
  pools_.clear();
  leaks_.Check();
}

}  // namespace rondo
