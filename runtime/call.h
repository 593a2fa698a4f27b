// Tasks by the name of their kind, with JSON for requests and results.
#ifndef RONDO_RUNTIME_CALL_H_
#define RONDO_RUNTIME_CALL_H_

#include <coroutine>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task_scope.h"

namespace rondo::internal {

// Calls when it is awaited; yields the outcome. Runtime::Call makes it.
class CallAwaiter final : private TaskScope::Hook {
 public:
  CallAwaiter(Runtime& runtime, std::string kind, nlohmann::json request, SubmitOptions options)
      : runtime_(runtime),
        kind_(std::move(kind)),
        request_(std::move(request)),
        options_(std::move(options)) {}
  CallAwaiter(const CallAwaiter&) = delete;
  CallAwaiter& operator=(const CallAwaiter&) = delete;
  ~CallAwaiter();

  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    handle_ = handle;
    Start(*handle.promise().scope());
  }
  absl::StatusOr<nlohmann::json> await_resume() { return *std::move(outcome_); }

 private:
  void Start(TaskScope& scope);
  void OnCancel(const absl::Status& status) override;

  Runtime& runtime_;
  const std::string kind_;
  const nlohmann::json request_;
  const SubmitOptions options_;
  std::coroutine_handle<> handle_;
  Operation* operation_ = nullptr;
  std::optional<absl::StatusOr<nlohmann::json>> outcome_;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_CALL_H_
