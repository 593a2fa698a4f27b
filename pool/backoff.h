// Waiting for what another thread does within its next few instructions.
#ifndef RONDO_POOL_BACKOFF_H_
#define RONDO_POOL_BACKOFF_H_

#include <sched.h>

namespace rondo {

// Tells the processor that this is a loop which waits for another one.
inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// For waits that last a few instructions of another thread, unless the kernel has taken the
// processor away from it: spins at first, then lets others run. Not thread-safe: one for each wait.
//
//   for (Backoff backoff; !done.load(std::memory_order_acquire);) backoff.Wait();
class Backoff {
 public:
  void Wait() {
    if (spins_ < kSpins) {
      ++spins_;
      CpuRelax();
    } else {
      sched_yield();
    }
  }

 private:
  // About a microsecond: longer than what is waited for takes, shorter than a switch of threads.
  static constexpr int kSpins = 64;

  int spins_ = 0;
};

}  // namespace rondo

#endif  // RONDO_POOL_BACKOFF_H_
