// What the kernel says of this process.
#ifndef RONDO_TESTS_PROCESS_STATE_H_
#define RONDO_TESTS_PROCESS_STATE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rondo {

// Returns when `condition` holds; fails the test if that takes a minute.
void WaitUntil(const std::function<bool()>& condition);

int CountThreads();
int CountFds();

struct ThreadState {
  bool asleep;
  int64_t switches;  // how often the kernel has taken it off its processor
};

// The threads of this process whose names begin with `name`, in the order of their creation.
std::vector<ThreadState> ThreadsCalled(const std::string& name);

// Fails the test when there are other threads or file descriptors than at its construction.
class LeakCheck {
 public:
  LeakCheck();
  void Check() const;

 private:
  const int threads_;
  const int fds_;
};

}  // namespace rondo

#endif  // RONDO_TESTS_PROCESS_STATE_H_
