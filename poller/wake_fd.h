// Ends a wait in epoll from another thread.
#ifndef RONDO_POLLER_WAKE_FD_H_
#define RONDO_POLLER_WAKE_FD_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "absl/status/status.h"

namespace rondo {

// An eventfd that is written only when a thread sleeps on it, at most once for each sleep.
// It is for an edge-triggered epoll, where a write counts and the value does not: it is never
// read, which saves a system call for each wake-up.
//
// Thread safety: Wake and writes may be called from any thread, the rest from the waiter's alone.
// Owns the eventfd: no Wake may be going on when it is destroyed.
//
// The waiter, with `wake.fd()` in its epoll as EPOLLIN | EPOLLET:
//
//   const bool may_sleep = wake.BeginSleep();
//   epoll_wait(epoll_fd, events, size, may_sleep ? -1 : 0);
//   wake.EndSleep();
//   ... look for what others have published ...
//
// Why no wake-up is lost. Wake, EndSleep and a BeginSleep that succeeds are read-modify-writes of
// one atomic: they have one order, and each reads what the one before it wrote. So when Wake
// came, the waiter was
// - before BeginSleep, which now fails to find kAwake: the waiter does not sleep; or
// - behind BeginSleep: Wake found kSleeping and writes, or one before it did: the sleep ends.
// Either way EndSleep comes next. It reads what Wake wrote, or a later Wake, which is as good:
// what was published before Wake happened before it, and is found when the waiter then looks.
// For a waiter that does not sleep but only looks into epoll, this alone is what counts: it leaves
// out BeginSleep, not EndSleep.
//
// Why there is one write at most for one sleep: only the Wake that replaces kSleeping writes, and
// only BeginSleep puts that back. Such a write may come so late that something else has ended the
// sleep; then it ends the next one early, for nothing, which is harmless.
class alignas(ABSL_CACHELINE_SIZE) WakeFd {
 public:
  WakeFd() = default;
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;
  ~WakeFd();

  // Makes the eventfd. To be called once, before anything else.
  // Errors: RESOURCE_EXHAUSTED (no free fd, no memory).
  absl::Status Open();

  int fd() const { return fd_; }

  // Announces a sleep, so that Wake writes. False: woken already, so do not sleep.
  bool BeginSleep() {
    State state = kAwake;
    // kSleeping: announced before, by Arm. The Wake that replaces it will write.
    return state_.compare_exchange_strong(state, kSleeping) || state == kSleeping;
  }

  // Ends the sleep, if there was one, and takes all wake-ups that have come.
  void EndSleep() { state_.exchange(kAwake); }

  // Ends the sleep, or forbids the next one.
  void Wake() {
    // An exchange even when it is kWoken already. A load in its place would let what the caller
    // published become visible after that load, and after the EndSleep that takes kWoken: the
    // waiter would miss it, and nobody would wake it again (seen to happen on x86).
    if (state_.exchange(kWoken) == kSleeping) Write();
  }

  // For one who waits for the fd in some other way than a sleep of his own: announces it, and
  // makes the fd readable when he was woken already.
  void Arm() {
    if (!BeginSleep()) Write();
  }

  // How many writes there were.
  int64_t writes() const { return writes_.load(std::memory_order_relaxed); }

 private:
  enum State : uint8_t {
    kAwake,     // Written by EndSleep.
    kSleeping,  // Written by BeginSleep, over kAwake.
    kWoken,     // Written by Wake, over anything.
  };

  void Write();

  std::atomic<State> state_ = kAwake;
  // Counted up by Write. Relaxed: a mere statistic.
  std::atomic<int64_t> writes_ = 0;
  int fd_ = -1;  // Constant after Open.
};

}  // namespace rondo

#endif  // RONDO_POLLER_WAKE_FD_H_
