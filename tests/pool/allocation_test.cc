#include <cstdint>

#include "gtest/gtest.h"
#include "pool/backoff.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"
#include "tests/count_allocations.h"

namespace rondo {
namespace {

void WaitUntilFinished(const Pool& pool, int64_t tasks) {
  for (Backoff backoff; pool.stats().finished < tasks;) backoff.Wait();
}

TEST(Allocation, SchedulingATaskAllocatesNothing) {
  auto pool = ThreadPool::Create({.threads = 2}).value();
  PoolTask task([](PoolTask&, PoolTask::Outcome) {});
  ASSERT_TRUE(pool->Schedule(task).ok());
  WaitUntilFinished(*pool, 1);
  const int64_t before = CountAllocations();
  for (int i = 1; i <= 1000; ++i) {
    const bool accepted = i % 2 == 0 ? pool->Schedule(task).ok() : pool->TrySchedule(task).ok();
    EXPECT_TRUE(accepted);
    WaitUntilFinished(*pool, i + 1);
  }
  EXPECT_EQ(CountAllocations() - before, 0);
}

TEST(Allocation, SchedulingAFunctionAllocatesOnce) {
  auto pool = ThreadPool::Create({.threads = 1}).value();
  ASSERT_TRUE(pool->Schedule([] {}).ok());
  WaitUntilFinished(*pool, 1);
  const int64_t before = CountAllocations();
  ASSERT_TRUE(pool->Schedule([] {}).ok());
  WaitUntilFinished(*pool, 2);
  EXPECT_EQ(CountAllocations() - before, 1);
}

}  // namespace
}  // namespace rondo
