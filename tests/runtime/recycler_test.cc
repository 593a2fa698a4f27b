#include "runtime/recycler.h"

#include <malloc.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

// Fills a block with a pattern of its own, which must still be there when it is freed.
struct Filled {
  explicit Filled(size_t s) : size(s), block(AllocateRecycled(s)) {
    std::memset(block, Pattern(), size);
  }
  int Pattern() const { return static_cast<int>(size % 251) + 1; }
  void Free() const {
    const auto* bytes = static_cast<const unsigned char*>(block);
    for (size_t i = 0; i < size; ++i) ASSERT_EQ(bytes[i], Pattern()) << size << " at " << i;
    Recycle(block, size);
  }
  size_t size;
  void* block;
};

TEST(Recycler, BlocksOfAllSizesDoNotOverlap) {
  std::mt19937 random(1);
  std::vector<Filled> blocks;
  for (int i = 0; i < 20000; ++i) {
    if (blocks.size() < 100 || random() % 2 == 0) {
      blocks.emplace_back(random() % 3000 + 1);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      blocks.back().Free();
      blocks.pop_back();
    }
  }
  for (const Filled& block : blocks) block.Free();
}

TEST(Recycler, BlocksFreedOnAnotherThreadComeBack) {
  constexpr int kRounds = 50;
  constexpr int kBlocks = 1000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Filled> blocks;
    for (int i = 0; i < kBlocks; ++i) blocks.emplace_back(static_cast<size_t>(i % 40) * 64 + 1);
    std::thread([&blocks] {
      for (const Filled& block : blocks) block.Free();
    }).join();
  }
}

TEST(Recycler, ManyThreadsTradeBlocks) {
  constexpr int kThreads = 4;
  std::latch ready(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&ready] {
      ready.arrive_and_wait();
      for (int round = 0; round < 20; ++round) {
        std::vector<Filled> blocks;
        for (int i = 0; i < 200; ++i) blocks.emplace_back(100);
        for (const Filled& block : blocks) block.Free();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

#if !defined(ABSL_HAVE_ADDRESS_SANITIZER) && !defined(ABSL_HAVE_THREAD_SANITIZER)
// In a process of its own, since there is no way back. The heap may keep a few, but not all.
TEST(RecyclerDeathTest, WhenDisabledWhatIsFreedGoesBackToTheHeap) {
  constexpr int kBlocks = 100;
  constexpr size_t kSize = 2000;
  const auto growth = [] {
    size_t grown = 0;
    std::thread([&grown] {
      std::array<void*, kBlocks> blocks;
      const size_t before = ::mallinfo2().uordblks;
      for (void*& block : blocks) block = AllocateRecycled(kSize);
      for (void* const block : blocks) Recycle(block, kSize);
      grown = ::mallinfo2().uordblks - before;
    }).join();
    return grown;
  };
  const auto run = [&](bool disable) {
    ::mallopt(M_ARENA_MAX, 1);  // mallinfo2 tells of one.
    if (disable) DisableRecycling();
    const size_t kept = growth();
    std::_Exit(kept > kBlocks / 2 * kSize ? 1 : 0);
  };
  EXPECT_EXIT(run(/*disable=*/true), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(run(/*disable=*/false), testing::ExitedWithCode(1), "");
}

TEST(Recycler, ABlockIsUsedAgain) {
  void* block = AllocateRecycled(100);
  Recycle(block, 100);
  void* again = AllocateRecycled(120);  // The same class of sizes.
  EXPECT_EQ(again, block);
  Recycle(again, 120);
}
#endif

}  // namespace
}  // namespace rondo
