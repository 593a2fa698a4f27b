#include "tests/pool/pool_fixture.h"

#include <pthread.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"

namespace rondo {
namespace {

int CountEntries(const char* directory) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(directory),
                                        std::filesystem::directory_iterator()));
}

int CountFds() { return CountEntries("/proc/self/fd"); }

// ThreadSanitizer starts a thread of its own together with a program's first one, and keeps it.
int CountThreadsAfterTheFirst() {
  std::thread first([] { pthread_setname_np(pthread_self(), "first"); });
  first.join();
  // One that was joined may be listed for a moment longer.
  WaitUntil([] { return ThreadsCalled("first").empty(); });
  return CountThreads();
}

// Of /proc/self/task/*/status.
std::map<std::string, std::string> ReadFields(const std::filesystem::path& path) {
  std::map<std::string, std::string> fields;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(line, absl::MaxSplits(":\t", 1));
    fields.insert(field);
  }
  return fields;
}

}  // namespace

void WaitUntil(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (!condition()) {
    ASSERT_LT(absl::Now(), deadline) << "waited in vain";
    sched_yield();
  }
}

int CountThreads() { return CountEntries("/proc/self/task"); }

std::vector<ThreadState> ThreadsCalled(const std::string& name) {
  std::map<int, ThreadState> by_id;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    const std::map<std::string, std::string> fields = ReadFields(thread.path() / "status");
    // Absent when the thread has just ended.
    if (fields.empty() || !absl::StartsWith(fields.at("Name"), name)) continue;
    by_id.emplace(std::stoi(fields.at("Pid")),
                  ThreadState{.asleep = absl::StartsWith(fields.at("State"), "S"),
                              .switches = std::stoll(fields.at("voluntary_ctxt_switches")) +
                                          std::stoll(fields.at("nonvoluntary_ctxt_switches"))});
  }
  std::vector<ThreadState> states;
  for (const auto& [id, state] : by_id) states.push_back(state);
  return states;
}

BusyWorker::BusyWorker(Pool& pool)
    : task_([this](PoolTask::Outcome) {
        entered_.Notify();
        open_.WaitForNotification();
        left_.Notify();
      }) {
  CHECK_OK(pool.Schedule(task_));
  entered_.WaitForNotification();
}

PoolTest::PoolTest() : threads_before_(CountThreadsAfterTheFirst()), fds_before_(CountFds()) {}

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
  // A thread that was joined may be listed for a moment longer.
  WaitUntil([this] { return CountThreads() == threads_before_; });
  EXPECT_EQ(CountFds(), fds_before_);
}

}  // namespace rondo
