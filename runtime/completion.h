// What the body of a loop kind completes.
#ifndef RONDO_RUNTIME_COMPLETION_H_
#define RONDO_RUNTIME_COMPLETION_H_

#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "runtime/kind.h"
#include "runtime/operation.h"

namespace rondo {

class Runtime;

// The duty to complete a task of a loop kind, exactly once. Dropping it completes the task with
// INTERNAL, so that a forgotten one is an error and not a hang. The caller is told later, never
// from within Complete. When the caller has been told meanwhile (it cancelled, or its deadline
// passed), the result is dropped.
//
// Loop thread only. Movable; keep it in whatever completes the task later. The runtime outlives it.
//
//   void StartWait(WaitReadable request, Completion<void> done) {
//     auto wait = std::make_unique<Wait>(std::move(request), std::move(done));  // a watch
//     ...
//   }
template <typename Result>
class [[nodiscard]] Completion {
 public:
  explicit Completion(internal::ResultOperation<Result>& operation) : operation_(&operation) {}
  Completion(Completion&& other) noexcept : operation_(std::exchange(other.operation_, nullptr)) {}
  Completion& operator=(Completion&& other) noexcept {
    Drop();
    operation_ = std::exchange(other.operation_, nullptr);
    return *this;
  }
  ~Completion() { Drop(); }

  // False once it has been completed or moved away.
  explicit operator bool() const { return operation_ != nullptr; }

  // REQUIRES: *this is true; it is false afterwards.
  void Complete(Outcome<Result> outcome) {
    CHECK(operation_ != nullptr) << "completed twice";
    internal::ResultOperation<Result>& operation = *std::exchange(operation_, nullptr);
    operation.SetResult(std::move(outcome));
    operation.CompleteOnLoop();
  }

  // Calls `hook` once, on the loop thread, if the caller stops waiting before Complete: the
  // moment to unregister fds and timers, and to complete or drop this. At once if that has
  // happened already. Replaces an earlier hook.
  // The hook is destroyed at the latest when the task is completed.
  void OnCancel(absl::AnyInvocable<void() &&> hook) {
    CHECK(operation_ != nullptr) << "completed already";
    operation_->OnCancel(std::move(hook));
  }

  Runtime& runtime() const { return operation_->runtime(); }
  // Absolute; infinite when the caller gave none. The caller is told by itself when it passes.
  absl::Time deadline() const { return operation_->deadline(); }
  absl::string_view kind_name() const { return operation_->name(); }
  // Whether the caller has stopped waiting.
  bool stop_requested() const { return operation_->stop_requested(); }

  // What destroying it does.
  void Drop() {
    if (operation_ == nullptr) return;
    operation_->MarkDropped();
    Complete(absl::InternalError(absl::StrCat(
        operation_->name(), ": its completion was dropped: the plugin forgot to complete it")));
  }

 private:
  internal::ResultOperation<Result>* operation_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_COMPLETION_H_
