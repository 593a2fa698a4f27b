// A coroutine's stay on the pool.
#ifndef RONDO_RUNTIME_POOL_STAY_H_
#define RONDO_RUNTIME_POOL_STAY_H_

#include <atomic>
#include <coroutine>
#include <cstddef>

#include "absl/status/status.h"
#include "pool/pool.h"
#include "runtime/loop_task.h"
#include "runtime/recycler.h"
#include "runtime/task_scope.h"

namespace rondo::internal {

class PromiseBase;

// What a coroutine awaits when it goes to the pool, and has an account of.
struct PoolEntry {
  std::coroutine_handle<> handle;
  absl::Status status;  // Why it did not get there.
};

// From ResumeOnPool until the coroutine is back on the loop. While it waits for a worker it can be
// cancelled: whoever comes first, the worker or the cancellation, claims the coroutine.
//
// Made on the loop thread. The loop and the worker hold it, and the last to let go deletes it: the
// one when the coroutine is the loop's again, the other when it has claimed the coroutine, or has
// found that it came too late.
class PoolStay final : private TaskScope::Hook {
 public:
  // Resumes `entry.handle` on a worker; or on the loop, with its status set, when the scope is
  // cancelled or the pool does not take it. `entry` lives until then.
  static void Begin(PromiseBase& promise, PoolEntry& entry);

  // On the worker: resumes the coroutine on the loop, or, if it has ended, what awaits it.
  void GoBack(bool ended);

 private:
  struct Work : PoolTask {
    explicit Work(PoolStay& s) : PoolTask(&OnWorker), stay(s) {}
    PoolStay& stay;
  };
  struct Return : LoopTask {
    explicit Return(PoolStay& s) : LoopTask(&OnReturned), stay(s) {}
    PoolStay& stay;
  };

  PoolStay(PromiseBase& promise, PoolEntry& entry);
  ~PoolStay() = default;

  static void* operator new(size_t size) { return AllocateRecycled(size); }
  static void operator delete(void* stay, size_t size) { Recycle(stay, size); }

  static void OnWorker(PoolTask& task, PoolTask::Outcome outcome);
  static void OnReturned(LoopTask& task, LoopTask::Mode mode);
  void OnCancel(const absl::Status& status) override;

  // Whether the caller is the first to call it, and so decides what becomes of the coroutine.
  bool Claim() { return !claimed_.exchange(true); }
  void LetGo() {
    if (holders_.fetch_sub(1) == 1) delete this;
  }
  // The coroutine is the loop's again.
  void Leave();
  // It never got to the pool.
  void Refuse(absl::Status status);

  PromiseBase& promise_;
  PoolEntry& entry_;  // Gone when the coroutine runs on.
  const std::coroutine_handle<> handle_;
  Work work_;
  Return return_;
  bool ended_ = false;  // Written by the worker, before it posts return_.
  // Both written by the worker and on the loop thread.
  std::atomic<bool> claimed_ = false;
  std::atomic<int> holders_ = 2;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_POOL_STAY_H_
