#include "tests/process_state.h"

#include <pthread.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

int CountEntries(const char* directory) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(directory),
                                        std::filesystem::directory_iterator()));
}

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

int CountFds() { return CountEntries("/proc/self/fd"); }

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

LeakCheck::LeakCheck() : threads_(CountThreadsAfterTheFirst()), fds_(CountFds()) {}

void LeakCheck::Check() const {
  // A thread that was joined may be listed for a moment longer.
  WaitUntil([this] { return CountThreads() == threads_; });
  EXPECT_EQ(CountFds(), fds_);
}

}  // namespace rondo
