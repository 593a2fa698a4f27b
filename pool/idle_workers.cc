#include "pool/idle_workers.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace rondo {

IdleWorkers::IdleWorkers(int workers) : workers_(std::make_unique<Worker[]>(workers)) {}

void IdleWorkers::Announce(int worker, bool searching) {
  uint64_t state = state_.load();
  uint64_t with_worker;
  do {
    // Relaxed: published by the exchange.
    workers_[worker].next.store(state & kTopMask, std::memory_order_relaxed);
    with_worker = ((state & ~kTopMask) | static_cast<uint64_t>(worker + 1)) + kOneChange;
    if (searching) with_worker &= ~kSearching;
  } while (!state_.compare_exchange_weak(state, with_worker));
}

}  // namespace rondo
