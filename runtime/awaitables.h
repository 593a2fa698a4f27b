// What every coroutine can await: time, the next tick, the pool and the way back.
#ifndef RONDO_RUNTIME_AWAITABLES_H_
#define RONDO_RUNTIME_AWAITABLES_H_

#include <coroutine>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "runtime/loop.h"
#include "runtime/loop_task.h"
#include "runtime/loop_timer.h"
#include "runtime/pool_stay.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo {
namespace internal {

// Resumes a coroutine from one of the loop's queues.
class ResumeTask : public LoopTask {
 public:
  ResumeTask() : LoopTask(&Run) {}
  std::coroutine_handle<> handle;

 private:
  static void Run(LoopTask& task, Mode mode) {
    if (mode == Mode::kRun) static_cast<ResumeTask&>(task).handle.resume();
  }
};

class SleepAwaiter final : private TaskScope::Hook {
 public:
  explicit SleepAwaiter(absl::Duration duration) : duration_(duration) {}

  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    Suspend(handle, *handle.promise().scope());
  }
  absl::Status await_resume() { return std::move(status_); }

 private:
  struct Wake : LoopTimer {
    Wake(Loop& loop, SleepAwaiter& s) : LoopTimer(loop, kType), sleep(s) {}
    SleepAwaiter& sleep;
  };
  static const LoopTimer::Type kType;
  static void Expired(LoopTimer& timer);

  void Suspend(std::coroutine_handle<> handle, TaskScope& scope);
  void OnCancel(const absl::Status& status) override;

  absl::Duration duration_;
  absl::Status status_;
  std::optional<Wake> timer_;
  ResumeTask resume_;
};

class NextTickAwaiter {
 public:
  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    resume_.handle = handle;
    handle.promise().scope()->loop().NextTickTask(resume_);
  }
  void await_resume() const {}

 private:
  ResumeTask resume_;
};

class PoolAwaiter {
 public:
  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    entry_.handle = handle;
    PoolStay::Begin(handle.promise(), entry_);
  }
  absl::Status await_resume() { return std::move(entry_.status); }

 private:
  PoolEntry entry_;
};

class LoopAwaiter {
 public:
  bool await_ready() const { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    PoolStay* const stay = handle.promise().stay();
    if (stay == nullptr) return false;  // There already.
    stay->GoBack(/*ended=*/false);
    return true;
  }
  void await_resume() const {}
};

class ScopeAwaiter {
 public:
  bool await_ready() const { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    scope_ = handle.promise().scope();
    return false;
  }
  TaskScope& await_resume() const { return *scope_; }

 private:
  TaskScope* scope_ = nullptr;
};

}  // namespace internal

// Suspends the coroutine for `duration`, never shorter. OK, or the scope's status when it is
// cancelled meanwhile.
//
//   absl::Status status = co_await Sleep(absl::Milliseconds(50));
[[nodiscard]] inline internal::SleepAwaiter Sleep(absl::Duration duration) {
  return internal::SleepAwaiter(duration);
}

// Lets every other next tick run first.
[[nodiscard]] inline internal::NextTickAwaiter NextTick() { return {}; }

// Continues the coroutine on a worker of the pool, for work that would hold up the loop. There it
// may only compute, and must come back with ResumeOnLoop before it awaits anything else (debug
// builds check it); one that ends on the pool hands its result over on the loop all the same. OK;
// or, still on the loop: the scope's status when it is cancelled before a worker is free,
// RESOURCE_EXHAUSTED when the pool's queue is full, CANCELLED when the pool is shut down.
//
//   if (absl::Status status = co_await ResumeOnPool(); !status.ok()) co_return status;
//   Compress(data);
//   co_await ResumeOnLoop();
[[nodiscard]] inline internal::PoolAwaiter ResumeOnPool() { return {}; }
[[nodiscard]] inline internal::LoopAwaiter ResumeOnLoop() { return {}; }

// The scope of the coroutine that awaits it, which does not suspend.
//
//   TaskScope& scope = co_await CurrentScope();
[[nodiscard]] inline internal::ScopeAwaiter CurrentScope() { return {}; }

}  // namespace rondo

#endif  // RONDO_RUNTIME_AWAITABLES_H_
