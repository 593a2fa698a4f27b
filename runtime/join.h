// How a coroutine starts others and waits for them: what the combinators are made of.
#ifndef RONDO_RUNTIME_JOIN_H_
#define RONDO_RUNTIME_JOIN_H_

#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo::internal {

// What a Task<T> yields when it is kept as a value.
template <typename T>
using ValueOf = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

// Counts tasks that run; awaited by the coroutine that started them.
class Join {
 public:
  void Add() { ++running_; }
  // Returns what to resume: the waiting coroutine after the last task.
  std::coroutine_handle<> Done() {
    if (--running_ > 0 || !waiter_) return std::noop_coroutine();
    return std::exchange(waiter_, nullptr);
  }

  bool await_ready() const { return running_ == 0; }
  void await_suspend(std::coroutine_handle<> handle) { waiter_ = handle; }
  void await_resume() const {}

 private:
  int running_ = 0;
  std::coroutine_handle<> waiter_;
};

// One task of a Join. `Owner` is told first: owner.OnDone(*this), which must not throw and may
// destroy the task.
template <typename T, typename Owner>
class JoinedTask final : private TaskObserver {
 public:
  JoinedTask(Task<T> task, Join& join, Owner& owner)
      : task_(std::move(task)), join_(join), owner_(owner) {}
  JoinedTask(const JoinedTask&) = delete;
  JoinedTask& operator=(const JoinedTask&) = delete;

  void Start(TaskScope& scope) {
    join_.Add();
    task_.Start(scope, *this);
  }

  // REQUIRES: it has ended. Throws what the task threw.
  ValueOf<T> Take() {
    if constexpr (std::is_void_v<T>) {
      task_.Take();
      return {};
    } else {
      return task_.Take();
    }
  }

 private:
  std::coroutine_handle<> OnTaskDone() override {
    Join& join = join_;
    owner_.OnDone(*this);
    return join.Done();
  }

  Task<T> task_;
  Join& join_;
  Owner& owner_;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_JOIN_H_
