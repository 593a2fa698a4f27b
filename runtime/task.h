// Task<T>: a coroutine.
#ifndef RONDO_RUNTIME_TASK_H_
#define RONDO_RUNTIME_TASK_H_

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error \
    "gcc before 13 destroys the temporaries of a co_await expression twice (an aggregate, \
a lambda with captures), which corrupts memory. Build with clang 19 (Rondo's default: \
--repo_env=CC=clang-19) or with gcc 14 or newer."
#endif

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/log/check.h"
#include "runtime/pool_stay.h"
#include "runtime/recycler.h"
#include "runtime/task_scope.h"

namespace rondo {

template <typename T>
class Task;

// Is told when a Task that was started with Task::Start has ended.
class TaskObserver {
 public:
  // On the loop thread. The task may be destroyed here. Returns what to resume next.
  virtual std::coroutine_handle<> OnTaskDone() = 0;

 protected:
  ~TaskObserver() = default;
};

namespace internal {

class PromiseBase;
using PromiseHandle = std::coroutine_handle<PromiseBase>;

// What the promises of all Tasks have in common.
class PromiseBase {
 public:
  static void* operator new(size_t size) { return AllocateRecycled(size); }
  static void operator delete(void* frame, size_t size) { Recycle(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  auto final_suspend() noexcept { return FinalAwaiter(); }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  // Null before the coroutine was started.
  TaskScope* scope() const { return scope_; }

  // Null when it is on the loop.
  PoolStay* stay() const { return stay_; }
  void set_stay(PoolStay* stay) { stay_ = stay; }

  // What goes on when this coroutine has ended.
  std::coroutine_handle<> Next() {
    return observer_ != nullptr ? observer_->OnTaskDone() : continuation_;
  }

 protected:
  std::exception_ptr exception_;

 private:
  template <typename T>
  friend class rondo::Task;

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      PromiseBase& promise = handle.promise();
      if (promise.stay_ == nullptr) return promise.Next();
      // Whoever awaits it lives on the loop.
      promise.stay_->GoBack(/*ended=*/true);
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  TaskScope* scope_ = nullptr;
  TaskObserver* observer_ = nullptr;
  std::coroutine_handle<> continuation_;
  PoolStay* stay_ = nullptr;
};

template <typename T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object();
  template <typename U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  // REQUIRES: the coroutine has ended. Throws what it threw.
  T Take() {
    if (exception_) std::rethrow_exception(std::move(exception_));
    return *std::move(value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() {}
  void Take() {
    if (exception_) std::rethrow_exception(std::move(exception_));
  }
};

}  // namespace internal

// A coroutine that computes a T: lazy (it starts when it is awaited), awaited once, and ended
// before the expression that awaits it is. It runs on the loop thread, inherits the scope of the
// coroutine that awaits it, and with it the cancellation. An exception it throws comes out of
// the co_await.
//
// Loop thread only. Owns the coroutine's frame. A task that has been started and not ended is
// destroyed by the runtime alone, when it goes.
//
//   Task<int> Answer() { co_return 42; }
//   Task<int> Twice() { co_return 2 * co_await Answer(); }
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  using value_type = T;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { Destroy(); }

  auto operator co_await() && { return Awaiter{handle_, nullptr}; }

  // As co_await of the task itself, but in `scope`, which outlives it.
  auto In(TaskScope& scope) && { return Awaiter{handle_, &scope}; }

  // Starts it outside of any coroutine. `scope` and `observer` outlive it.
  // REQUIRES: it was not started.
  void Start(TaskScope& scope, TaskObserver& observer) {
    promise_type& promise = handle_.promise();
    DCHECK(promise.scope_ == nullptr) << "a task is started once";
    promise.scope_ = &scope;
    promise.observer_ = &observer;
    handle_.resume();
  }

  // The result of a started task.
  // REQUIRES: it has ended, and Take was not called. Throws what the coroutine threw.
  T Take() { return handle_.promise().Take(); }

 private:
  friend promise_type;

  struct Awaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> parent) noexcept {
      static_assert(std::is_base_of_v<internal::PromiseBase, Promise>,
                    "a Task is awaited in a Task: from elsewhere, use Runtime::Spawn");
      internal::PromiseBase& promise = handle.promise();
      DCHECK(promise.scope_ == nullptr) << "a task is awaited once";
      DCHECK(parent.promise().stay() == nullptr) << "on the pool nothing is awaited";
      promise.scope_ = scope != nullptr ? scope : parent.promise().scope();
      promise.continuation_ = parent;
      return handle;
    }
    T await_resume() { return handle.promise().Take(); }

    std::coroutine_handle<promise_type> handle;
    TaskScope* scope;
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  void Destroy() {
    if (handle_) handle_.destroy();
  }

  std::coroutine_handle<promise_type> handle_;
};

namespace internal {

template <typename T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_TASK_H_
