// The queue between those who schedule and those who run.
#ifndef RONDO_POOL_TASK_QUEUE_H_
#define RONDO_POOL_TASK_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <limits>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "pool/mpsc_queue.h"
#include "pool/pool.h"
#include "pool/spin_lock.h"

namespace rondo {

// First in, first out for any number of threads on both ends; counts exactly what was accepted and
// taken, and can be closed: everything accepted before is still to be taken, nothing is accepted
// afterwards.
//
// Thread safety: all of it. Ownership: as MpscQueue.
//
//   TaskQueue queue(max_waiting);
//   absl::Status status = queue.Push(task);
//   queue.Close();
//   while (!queue.drained()) {
//     if (PoolTask* task = queue.Take()) task->Finish(PoolTask::Outcome::kRun);
//   }
class TaskQueue {
 public:
  // TryPush accepts a task while fewer than `max_waiting` wait.
  explicit TaskQueue(int64_t max_waiting) : max_waiting_(max_waiting) {}

  // FAILED_PRECONDITION when closed.
  absl::Status Push(PoolTask& task);
  // FAILED_PRECONDITION when closed, RESOURCE_EXHAUSTED when full.
  absl::Status TryPush(PoolTask& task);

  // The oldest task, or null.
  PoolTask* Take();

  // Returns whether this call closed it.
  bool Close();

  // Whether there is something to take; for the order see MpscQueue::empty.
  bool empty() const { return tasks_.empty(); }
  // The hint for a spinning taker.
  bool maybe_ready() const { return tasks_.maybe_ready(); }
  // Closed, and everything accepted was taken; stays so. Who has taken the last task publishes it
  // before he looks whether others sleep who wait for this.
  bool drained() const { return taken_.load() == accepted_.load(); }

  // How many tasks were accepted and taken. Ask for taken() first: never more than are accepted.
  int64_t accepted() const;
  int64_t taken() const { return taken_.load(std::memory_order_acquire); }

 private:
  static constexpr int64_t kClosed = int64_t{1} << 62;
  static constexpr int64_t kOpen = std::numeric_limits<int64_t>::max();

  const int64_t max_waiting_;

  MpscQueue<PoolTask, &PoolTask::next_> tasks_;  // Pop: with take_lock_

  // How many tasks were accepted, with kClosed added by Close; what is added after that counts
  // refusals. Written by those who push. Relaxed: only the order of its own changes matters.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<int64_t> pushed_ = 0;

  alignas(ABSL_CACHELINE_SIZE) SpinLock take_lock_;
  // How many tasks were taken. Written with take_lock_, read by all.
  std::atomic<int64_t> taken_ = 0;
  // What pushed_ was when the queue was closed; kOpen before. Written by Close.
  std::atomic<int64_t> accepted_ = kOpen;
};

}  // namespace rondo

#endif  // RONDO_POOL_TASK_QUEUE_H_
