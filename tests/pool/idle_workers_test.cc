#include "pool/idle_workers.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "pool/backoff.h"

namespace rondo {
namespace {

constexpr auto kWork = [] { return true; };
constexpr auto kNoWork = [] { return false; };

// Sleep returns at once for a worker that was chosen, so one thread can play all of them; a worker
// that was not chosen would hang the test.

TEST(IdleWorkers, WakesTheOneThatSleptLeast) {
  IdleWorkers idle(3);
  for (int worker : {0, 1, 2}) idle.Announce(worker, /*searching=*/false);
  for (int worker : {2, 1, 0}) {
    idle.WakeOne(kWork);
    idle.Sleep(worker);
    idle.EndSearch();
  }
}

TEST(IdleWorkers, P7_OneNewTaskWakesAtMostOneWorker) {
  IdleWorkers idle(3);
  for (int worker : {0, 1, 2}) idle.Announce(worker, /*searching=*/false);
  idle.WakeOne(kWork);
  idle.WakeOne(kWork);  // nobody: worker 2 searches, though it has not got up yet
  idle.Sleep(2);
  idle.WakeOne(kWork);  // nobody: worker 2 still searches
  idle.EndSearch();
  idle.WakeOne(kWork);
  idle.Sleep(1);
}

TEST(IdleWorkers, WakesNobodyWithoutWork) {
  IdleWorkers idle(2);
  idle.Announce(0, /*searching=*/false);
  idle.WakeOne(kNoWork);
  EXPECT_TRUE(idle.TryBeginSearch());  // so nobody was made the searcher
}

TEST(IdleWorkers, LooksForWorkOnlyWhenSomebodyCouldBeWoken) {
  IdleWorkers idle(2);
  int looks = 0;
  const auto look = [&looks] { return ++looks, false; };
  idle.WakeOne(look);
  EXPECT_EQ(looks, 0);
  idle.Announce(0, /*searching=*/false);
  idle.WakeOne(look);
  EXPECT_EQ(looks, 1);
  EXPECT_TRUE(idle.TryBeginSearch());
  idle.WakeOne(look);
  EXPECT_EQ(looks, 1);
}

TEST(IdleWorkers, OneSearcherAtATime) {
  IdleWorkers idle(2);
  EXPECT_TRUE(idle.TryBeginSearch());
  EXPECT_FALSE(idle.TryBeginSearch());
  idle.EndSearch();
  EXPECT_TRUE(idle.TryBeginSearch());
  idle.Announce(0, /*searching=*/true);
  EXPECT_TRUE(idle.TryBeginSearch());
  idle.Announce(1, /*searching=*/false);  // says nothing about who searches
  EXPECT_FALSE(idle.TryBeginSearch());
}

TEST(IdleWorkers, MayChooseTheWorkerThatIsAboutToSleep) {
  IdleWorkers idle(1);
  EXPECT_TRUE(idle.TryBeginSearch());
  idle.Announce(0, /*searching=*/true);
  idle.WakeOne(kWork);
  idle.Sleep(0);
  EXPECT_FALSE(idle.TryBeginSearch());  // it is the searcher again
}

// While one thread is about to wake worker 0, others wake both workers, and 0 sleeps again: the
// stack has the top that it had, but worker 1 is not below it any more.
TEST(IdleWorkers, AWorkerIsNotWokenBecauseItOnceSleptBelowTheTop) {
  IdleWorkers idle(2);
  idle.Announce(1, /*searching=*/false);
  idle.Announce(0, /*searching=*/false);
  bool first_look = true;
  idle.WakeOne([&] {
    if (!std::exchange(first_look, false)) return true;
    for (int worker : {0, 1}) {
      idle.WakeOne(kWork);
      idle.Sleep(worker);
      idle.EndSearch();
    }
    idle.Announce(0, /*searching=*/false);
    return true;
  });
  idle.Sleep(0);
  idle.EndSearch();
  idle.WakeOne([] {
    ADD_FAILURE() << "nobody sleeps, so nobody looks for work";
    return false;
  });
}

// Workers take numbers from a counter by the three rules; a lost wake-up is a hang.
TEST(IdleWorkers, P7_LosesNoWakeUp) {
  constexpr int kWorkers = 4;
  constexpr int kMakers = 2;
  constexpr int kPieces = 5000;
  IdleWorkers idle(kWorkers);
  std::atomic<int> work = 0;  // pieces that wait
  std::atomic<int> done = 0;  // pieces that were taken
  std::atomic<bool> end = false;
  std::atomic<int> wakeups = 0;
  const auto has_work = [&] { return work.load() > 0 || end.load(); };
  const auto take = [&work] {
    int pieces = work.load();
    while (pieces > 0 && !work.compare_exchange_weak(pieces, pieces - 1)) {
    }
    return pieces > 0;
  };

  std::vector<std::thread> threads;
  for (int worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      bool searching = false;
      while (true) {
        const bool found = take();
        if (!found && end.load()) break;
        if (found) {
          if (searching) {
            searching = false;
            idle.EndSearch();
            idle.WakeOne(has_work);
          }
          done.fetch_add(1);
          continue;
        }
        idle.Announce(worker, searching);
        idle.WakeOne(has_work);
        idle.Sleep(worker);
        if (!end.load()) wakeups.fetch_add(1);
        searching = true;
      }
      if (searching) idle.EndSearch();
      idle.WakeOne(has_work);
    });
  }
  std::vector<std::thread> makers;
  for (int maker = 0; maker < kMakers; ++maker) {
    makers.emplace_back([&] {
      for (int i = 0; i < kPieces; ++i) {
        work.fetch_add(1);
        idle.WakeOne(has_work);
        // Now and then all run dry, so that sleeps and wake-ups meet.
        if (i % 16 == 0) {
          for (Backoff backoff; work.load() > 0;) backoff.Wait();
        }
      }
    });
  }
  for (std::thread& maker : makers) maker.join();
  for (Backoff backoff; done.load() < kMakers * kPieces;) backoff.Wait();
  EXPECT_LE(wakeups.load(), kMakers * kPieces);
  end.store(true);
  idle.WakeOne(has_work);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rondo
