// Something that one coroutine waits for. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_FS_SIGNAL_H_
#define RONDO_PLUGINS_FS_SIGNAL_H_

#include <coroutine>
#include <utility>

#include "absl/status/status.h"
#include "runtime/loop.h"
#include "runtime/loop_task.h"
#include "runtime/task_scope.h"

namespace rondo::fs::internal {

// Set by whoever has something to tell, waited for by one coroutine at a time, which clears it.
//
// Loop thread only. Destroying it lets the coroutine that waits go on with CANCELLED.
class Signal {
 public:
  class Waiting;

  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  // Lets the coroutine that waits go on, soon; or the next one that waits, at once.
  void Set();

  // Awaited, yields OK when it was set; or the scope's status when that is cancelled first, and
  // FAILED_PRECONDITION when another coroutine waits.
  [[nodiscard]] Waiting Wait();

 private:
  bool set_ = false;
  Waiting* waiting_ = nullptr;
};

// The wait: a temporary of a co_await expression.
class Signal::Waiting final : private TaskScope::Hook {
 public:
  explicit Waiting(Signal& signal) : signal_(&signal) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting();

  bool await_ready();
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return Suspend(handle, *handle.promise().scope());
  }
  absl::Status await_resume() { return std::move(status_); }

 private:
  friend class Signal;

  // Resumes the coroutine from the loop's queue. Owns itself, as the coroutine may be destroyed
  // before its turn comes.
  struct Wake : LoopTask {
    explicit Wake(Waiting& w) : LoopTask(&Run), waiting(&w) {}
    static void Run(LoopTask& task, Mode mode);
    Waiting* waiting;  // Null when that is gone.
  };

  bool Suspend(std::coroutine_handle<> handle, TaskScope& scope);
  void OnCancel(const absl::Status& status) override { Finish(status); }
  // Queues the coroutine.
  void Finish(absl::Status status);

  Signal* signal_;        // Null when this does not wait in it.
  Wake* wake_ = nullptr;  // Null unless it is queued.
  Loop* loop_ = nullptr;
  std::coroutine_handle<> handle_;
  absl::Status status_;
};

inline Signal::Waiting Signal::Wait() { return Waiting(*this); }

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_SIGNAL_H_
