#include "pool/spin_lock.h"

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

TEST(SpinLock, ExcludesOthers) {
  struct {
    SpinLock lock;
    int value ABSL_GUARDED_BY(lock) = 0;
  } counter;
  constexpr int kThreads = 4;
  constexpr int kIncrements = 10000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counter] {
      for (int j = 0; j < kIncrements; ++j) {
        const SpinLockHolder hold(counter.lock);
        ++counter.value;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const SpinLockHolder hold(counter.lock);
  EXPECT_EQ(counter.value, kThreads * kIncrements);
}

}  // namespace
}  // namespace rondo
