// A lock for sections of a few instructions.
#ifndef RONDO_POOL_SPIN_LOCK_H_
#define RONDO_POOL_SPIN_LOCK_H_

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "pool/backoff.h"

namespace rondo {

// Guards sections that neither call foreign code nor block: one atomic exchange to lock, a plain
// store to unlock, no system call but sched_yield while a holder that was preempted is waited for.
// Thread-safe. Not recursive, not fair.
//
//   SpinLockHolder hold(lock);
class ABSL_LOCKABLE SpinLock {
 public:
  SpinLock() = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    // Acquire pairs with the release in Unlock; the relaxed load only waits until it is worth
    // trying.
    for (Backoff backoff; held_.exchange(true, std::memory_order_acquire);) {
      while (held_.load(std::memory_order_relaxed)) backoff.Wait();
    }
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_ = false;  // whether someone holds it; written by Lock and by the holder
};

class ABSL_SCOPED_LOCKABLE SpinLockHolder {
 public:
  explicit SpinLockHolder(SpinLock& lock) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock) : lock_(lock) {
    lock_.Lock();
  }
  ~SpinLockHolder() ABSL_UNLOCK_FUNCTION() { lock_.Unlock(); }
  SpinLockHolder(const SpinLockHolder&) = delete;
  SpinLockHolder& operator=(const SpinLockHolder&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace rondo

#endif  // RONDO_POOL_SPIN_LOCK_H_
