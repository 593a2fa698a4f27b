// What Runtime::Submit returns: a handle, or something to await.
#ifndef RONDO_RUNTIME_SUBMIT_H_
#define RONDO_RUNTIME_SUBMIT_H_

#include <coroutine>
#include <optional>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "runtime/kind.h"
#include "runtime/loop_task.h"
#include "runtime/operation.h"
#include "runtime/task_scope.h"

namespace rondo {

// A submitted task, to cancel it. It keeps nothing: dropped, the task goes on; once the task has
// ended, or the runtime has, it refers to nothing. Loop thread only.
class TaskHandle {
 public:
  TaskHandle() = default;
  explicit TaskHandle(internal::Operation& operation) { Attach(&operation); }
  TaskHandle(TaskHandle&& other) noexcept { Attach(other.Detach()); }
  TaskHandle& operator=(TaskHandle&& other) noexcept {
    if (this != &other) {
      Detach();
      Attach(other.Detach());
    }
    return *this;
  }
  ~TaskHandle() { Detach(); }

  // The caller is told CANCELLED, in the next pending phase, whatever the task does; one that no
  // worker has taken never runs. Does nothing once the caller has been told.
  void Cancel() {
    if (operation_ != nullptr) operation_->Cancel(Cancelled(*operation_));
  }

 private:
  friend class internal::Operation;

  static absl::Status Cancelled(const internal::Operation& operation);

  void Attach(internal::Operation* operation) {
    operation_ = operation;
    if (operation_ == nullptr) return;
    DCHECK(operation_->OnLoop()) << "a handle of a task must stay on the loop thread";
    operation_->handle_ = this;
  }
  internal::Operation* Detach() {
    if (operation_ != nullptr) {
      DCHECK(operation_->OnLoop()) << "a handle of a task must stay on the loop thread";
      operation_->handle_ = nullptr;
    }
    return std::exchange(operation_, nullptr);
  }

  internal::Operation* operation_ = nullptr;
};

namespace internal {

// Submits when it is awaited; yields the outcome.
template <TaskRequest Request>
class SubmitAwaiter final : private TaskScope::Hook {
 public:
  SubmitAwaiter(Runtime& runtime, Request request, SubmitOptions options)
      : runtime_(runtime), request_(std::move(request)), options_(std::move(options)) {}
  SubmitAwaiter(const SubmitAwaiter&) = delete;
  SubmitAwaiter& operator=(const SubmitAwaiter&) = delete;
  ~SubmitAwaiter() {
    if (operation_ != nullptr) operation_->Abandon();
  }

  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    handle_ = handle;
    Submit(*handle.promise().scope());
  }
  OutcomeOf<Request> await_resume() { return *std::move(outcome_); }

 private:
  struct Resume {
    SubmitAwaiter* awaiter;
    void operator()(OutcomeOf<Request> outcome) const {
      awaiter->operation_ = nullptr;
      awaiter->Remove();
      awaiter->outcome_.emplace(std::move(outcome));
      awaiter->handle_.resume();
    }
  };

  void Submit(TaskScope& scope);
  void OnCancel(const absl::Status& status) override { operation_->Cancel(status); }

  Runtime& runtime_;
  Request request_;
  SubmitOptions options_;
  std::coroutine_handle<> handle_;
  Operation* operation_ = nullptr;
  std::optional<OutcomeOf<Request>> outcome_;
};

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_SUBMIT_H_
