// One callback that waits for its turn on the loop.
#ifndef RONDO_RUNTIME_LOOP_TASK_H_
#define RONDO_RUNTIME_LOOP_TASK_H_

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "pool/inbox.h"
#include "runtime/recycler.h"

namespace rondo {

// A callback in one of the loop's queues, intrusive: embed it in what it works on, so that
// queueing allocates nothing. The owner keeps it alive and untouched from being queued until
// its function is called, which happens exactly once: with kRun when its turn has come, or
// with kDiscard when the loop goes away first.
struct LoopTask {
  enum class Mode : bool { kRun, kDiscard };
  using Function = void (*)(LoopTask& task, Mode mode);

  explicit LoopTask(Function f) : function(f) {}
  LoopTask(const LoopTask&) = delete;
  LoopTask& operator=(const LoopTask&) = delete;

  LoopTask* next = nullptr;
  Function function;
};

// Tasks, first in, first out.
using LoopQueue = Chain<LoopTask>;

// A task that owns a function object and frees itself.
template <typename F>
class LoopClosure final : public LoopTask {
 public:
  // REQUIRES (checked by the compiler): f() is valid. f must not throw.
  static LoopTask& Make(F f) {
    return *new (AllocateRecycled(sizeof(LoopClosure))) LoopClosure(std::move(f));
  }

 private:
  static_assert(alignof(F) <= alignof(std::max_align_t),
                "over-aligned callbacks are not supported");

  explicit LoopClosure(F f) : LoopTask(&Call), f_(std::move(f)) {}

  static void Call(LoopTask& task, Mode mode) noexcept {
    LoopClosure& self = static_cast<LoopClosure&>(task);
    // Out of the block first, so that what f() queues can use the block again.
    F f = std::move(self.f_);
    self.~LoopClosure();
    Recycle(&self, sizeof(LoopClosure));
    if (mode == Mode::kRun) f();
  }

  F f_;
};

template <typename F>
LoopTask& MakeLoopTask(F&& f) {
  return LoopClosure<std::decay_t<F>>::Make(std::forward<F>(f));
}

}  // namespace rondo

#endif  // RONDO_RUNTIME_LOOP_TASK_H_
