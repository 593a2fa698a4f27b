#include "pool/parker.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace rondo {
namespace {

long Futex(std::atomic<uint32_t>& word, int operation, uint32_t value) {
  return syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

void Parker::Park() {
  uint32_t state = kEmpty;
  // Relaxed: the exchange below acquires what Unpark released.
  if (state_.compare_exchange_strong(state, kParked, std::memory_order_relaxed)) {
    do {
      // Returns at once when the state is no longer kParked; also for a signal, hence the loop.
      Futex(state_, FUTEX_WAIT_PRIVATE, kParked);
    } while (state_.load(std::memory_order_relaxed) == kParked);
  }
  // An exchange, not a store: of an Unpark that comes at this very moment either the token stays,
  // or what it published is acquired.
  state_.exchange(kEmpty, std::memory_order_acquire);
}

void Parker::Unpark() {
  if (state_.exchange(kToken, std::memory_order_release) == kParked) {
    Futex(state_, FUTEX_WAKE_PRIVATE, 1);
  }
}

}  // namespace rondo
