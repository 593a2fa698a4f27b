// What threads that hand work to one another by hand need.
#ifndef RONDO_BENCHMARKS_COMMON_FUTEX_H_
#define RONDO_BENCHMARKS_COMMON_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace bench {

// Sleeps while `word` is `expected`; may return for nothing.
inline void FutexWait(std::atomic<uint32_t>& word, uint32_t expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

inline void FutexWakeOne(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

inline void CpuRelax() { __builtin_ia32_pause(); }

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_FUTEX_H_
