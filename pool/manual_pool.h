// A pool without threads, driven by hand.
#ifndef RONDO_POOL_MANUAL_POOL_H_
#define RONDO_POOL_MANUAL_POOL_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "pool/pool.h"
#include "pool/task_queue.h"

namespace rondo {

// Runs tasks when it is told to, on the thread that tells it: for tests and simulations in which
// the order of everything is decided by the program.
//
// Thread safety: as Pool. RunOne and RunAll may be called by several threads at once.
//
// Ownership: owns no PoolTask. Its destructor runs what still waits.
//
//   ManualPool pool;
//   absl::Status status = pool.Schedule([&] { done = true; });
//   pool.RunOne();
class ManualPool final : public Pool {
 public:
  explicit ManualPool(int64_t max_queue = int64_t{1} << 20) : queue_(max_queue) {}
  ~ManualPool() override;  // Shutdown(kRun)

  // Runs the oldest task; false if none waits. An exception of the task ends here, and is counted.
  bool RunOne();
  // Runs tasks, also those that tasks add meanwhile, until none waits, and returns how many.
  int64_t RunAll();

  using Pool::Schedule;
  absl::Status Schedule(PoolTask& task) override { return queue_.Push(task); }
  absl::Status TrySchedule(PoolTask& task) override { return queue_.TryPush(task); }
  // Runs or discards on the calling thread.
  void Shutdown(Pending pending) override;
  int thread_count() const override { return 0; }
  Stats stats() const override;
  int64_t wakeups() const override { return 0; }

 private:
  bool DiscardOne();

  TaskQueue queue_;
  // Written by those who run or discard.
  std::atomic<int64_t> finished_ = 0;
  std::atomic<int64_t> discarded_ = 0;
  std::atomic<int64_t> exceptions_ = 0;
};

}  // namespace rondo

#endif  // RONDO_POOL_MANUAL_POOL_H_
