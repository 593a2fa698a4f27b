#include "pool/manual_pool.h"

#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "pool/pool.h"
#include "tests/pool/pool_fixture.h"

namespace rondo {
namespace {

TEST(ManualPool, RunsNothingByItself) {
  ManualPool pool;
  bool done = false;
  EXPECT_TRUE(pool.Schedule([&] { done = true; }).ok());
  EXPECT_FALSE(done);
  EXPECT_EQ(pool.stats().waiting(), 1);
  EXPECT_TRUE(pool.RunOne());
  EXPECT_TRUE(done);
  EXPECT_FALSE(pool.RunOne());
}

TEST(ManualPool, P1_RunsInOrderOnTheCallingThread) {
  ManualPool pool;
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(pool.Schedule([&order, i] { order.push_back(i); }).ok());
  }
  EXPECT_TRUE(pool.Schedule([caller = std::this_thread::get_id()] {
                    EXPECT_EQ(std::this_thread::get_id(), caller);
                  })
                  .ok());
  EXPECT_EQ(pool.RunAll(), 4);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(ManualPool, RunAllRunsWhatTasksAdd) {
  ManualPool pool;
  int left = 5;
  CallTask task([&](PoolTask::Outcome) {
    if (--left > 0) EXPECT_TRUE(pool.Schedule(task).ok());
  });
  EXPECT_TRUE(pool.Schedule(task).ok());
  EXPECT_EQ(pool.RunAll(), 5);
}

TEST(ManualPool, P5_TryScheduleIsBounded) {
  ManualPool pool(/*max_queue=*/1);
  CallTask first([](PoolTask::Outcome) {});
  CallTask second([](PoolTask::Outcome) {});
  EXPECT_TRUE(pool.TrySchedule(first).ok());
  EXPECT_EQ(pool.TrySchedule(second).code(), absl::StatusCode::kResourceExhausted);
  pool.RunAll();
  EXPECT_TRUE(pool.TrySchedule(second).ok());
  pool.RunAll();
}

TEST(ManualPool, P8_ShutdownRunsOrDiscards) {
  for (const Pool::Pending pending : {Pool::Pending::kRun, Pool::Pending::kDiscard}) {
    ManualPool pool;
    std::vector<PoolTask::Outcome> outcomes;
    CallTask task([&](PoolTask::Outcome outcome) {
      outcomes.push_back(outcome);
      EXPECT_EQ(pool.Schedule(task).code(), absl::StatusCode::kFailedPrecondition);
    });
    EXPECT_TRUE(pool.Schedule(task).ok());
    pool.Shutdown(pending);
    pool.Shutdown(pending);
    const bool run = pending == Pool::Pending::kRun;
    EXPECT_EQ(outcomes, std::vector{run ? PoolTask::Outcome::kRun : PoolTask::Outcome::kDiscarded});
    EXPECT_EQ(pool.stats().finished, run ? 1 : 0);
    EXPECT_EQ(pool.stats().discarded, run ? 0 : 1);
    EXPECT_EQ(pool.stats().waiting(), 0);
  }
}

TEST(ManualPool, P9_ContainsExceptions) {
  ManualPool pool;
  EXPECT_TRUE(pool.Schedule([] { throw std::runtime_error("broken"); }).ok());
  EXPECT_TRUE(pool.RunOne());
  EXPECT_EQ(pool.stats().exceptions, 1);
  EXPECT_EQ(pool.stats().finished, 1);
}

// The convenience that every pool has.

TEST(Pool, AFunctionThatIsNotAcceptedOrDiscardedIsDestroyedUncalled) {
  ManualPool pool;
  const auto token = std::make_shared<int>();
  EXPECT_TRUE(pool.Schedule([token] { FAIL() << "discarded, but called"; }).ok());
  EXPECT_EQ(token.use_count(), 2);
  pool.Shutdown(Pool::Pending::kDiscard);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(pool.Schedule([token] { FAIL() << "refused, but called"; }).ok());
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Pool, AFunctionMayBeMoveOnlyAndIsDestroyedAfterItsCall) {
  ManualPool pool;
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> watch = token;
  int called = 0;
  auto owner = std::make_unique<std::shared_ptr<int>>(std::move(token));
  EXPECT_TRUE(pool.Schedule([&called, owner = std::move(owner)] { ++called; }).ok());
  pool.RunAll();
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(watch.expired());
}

TEST(Pool, AFunctionThatThrowsIsDestroyedToo) {
  ManualPool pool;
  const auto token = std::make_shared<int>();
  EXPECT_TRUE(pool.Schedule([token] { throw std::runtime_error("broken"); }).ok());
  pool.RunAll();
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace rondo
