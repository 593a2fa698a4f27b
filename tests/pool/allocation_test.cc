// Counts what the pool allocates, in a program of its own since it replaces operator new.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "gtest/gtest.h"
#include "pool/backoff.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"

namespace {

std::atomic<int64_t> allocations = 0;

void* Allocate(size_t size) {
  allocations.fetch_add(1);
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

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
  const int64_t before = allocations;
  for (int i = 1; i <= 1000; ++i) {
    const bool accepted = i % 2 == 0 ? pool->Schedule(task).ok() : pool->TrySchedule(task).ok();
    EXPECT_TRUE(accepted);
    WaitUntilFinished(*pool, i + 1);
  }
  EXPECT_EQ(allocations - before, 0);
}

TEST(Allocation, SchedulingAFunctionAllocatesOnce) {
  auto pool = ThreadPool::Create({.threads = 1}).value();
  ASSERT_TRUE(pool->Schedule([] {}).ok());
  WaitUntilFinished(*pool, 1);
  const int64_t before = allocations;
  ASSERT_TRUE(pool->Schedule([] {}).ok());
  WaitUntilFinished(*pool, 2);
  EXPECT_EQ(allocations - before, 1);
}

}  // namespace
}  // namespace rondo
