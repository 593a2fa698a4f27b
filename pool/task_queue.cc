#include "pool/task_queue.h"

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "pool/backoff.h"
#include "pool/pool.h"
#include "pool/spin_lock.h"

namespace rondo {
namespace {

absl::Status ClosedError() {
  return absl::FailedPreconditionError("the pool is shut down and takes no more tasks");
}

}  // namespace

absl::Status TaskQueue::Push(PoolTask& task) {
  if (pushed_.fetch_add(1, std::memory_order_relaxed) >= kClosed) return ClosedError();
  tasks_.Push(task);
  return absl::OkStatus();
}

absl::Status TaskQueue::TryPush(PoolTask& task) {
  int64_t pushed = pushed_.load(std::memory_order_relaxed);
  do {
    if (pushed >= kClosed) return ClosedError();
    // Relaxed: whoever knows that a task has started finds it counted, and a count that is out of
    // date is too low, which may refuse a task but never accepts one too many.
    if (pushed - taken_.load(std::memory_order_relaxed) >= max_waiting_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the pool's queue is full: ", max_waiting_, " tasks wait"));
    }
  } while (!pushed_.compare_exchange_weak(pushed, pushed + 1, std::memory_order_relaxed));
  tasks_.Push(task);
  return absl::OkStatus();
}

PoolTask* TaskQueue::Take() {
  if (!maybe_ready() && empty()) return nullptr;
  const SpinLockHolder hold(take_lock_);
  PoolTask* const task = tasks_.Pop();
  // Release: whoever sees the task counted as taken sees it counted as pushed.
  if (task != nullptr) {
    taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  return task;
}

bool TaskQueue::Close() {
  const int64_t pushed = pushed_.fetch_or(kClosed, std::memory_order_relaxed);
  if (pushed >= kClosed) return false;
  accepted_.store(pushed);
  return true;
}

int64_t TaskQueue::accepted() const {
  const int64_t pushed = pushed_.load(std::memory_order_relaxed);
  if (pushed < kClosed) return pushed;
  int64_t accepted = accepted_.load(std::memory_order_relaxed);
  // Close is between its two lines.
  for (Backoff backoff; accepted == kOpen; accepted = accepted_.load(std::memory_order_relaxed)) {
    backoff.Wait();
  }
  return accepted;
}

}  // namespace rondo
