// WithTimeout: a coroutine with a deadline.
#ifndef RONDO_RUNTIME_WITH_TIMEOUT_H_
#define RONDO_RUNTIME_WITH_TIMEOUT_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "runtime/awaitables.h"
#include "runtime/loop_timer.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo {
namespace internal {

// Cancels a scope with DEADLINE_EXCEEDED when the time is over.
class ScopeDeadline final : private LoopTimer {
 public:
  ScopeDeadline(TaskScope& scope, absl::Duration timeout);

  // Whether it was what cancelled the scope.
  bool expired() const { return expired_; }

 private:
  static void Expired(LoopTimer& timer);
  static const Type kType;

  TaskScope& scope_;
  absl::Duration timeout_;
  bool expired_ = false;
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename R>
const absl::Status& StatusOf(const R& result) {
  return result.status();
}

}  // namespace internal

// Runs `task`, whose result R is an absl::Status or absl::StatusOr, and cancels it when it has
// not ended after `timeout`. A task that fails once its time is over yields DEADLINE_EXCEEDED;
// one that succeeds all the same keeps its result. In both cases it has ended.
//
//   absl::StatusOr<std::string> page = co_await WithTimeout(Fetch(url), absl::Seconds(2));
template <typename R>
Task<R> WithTimeout(Task<R> task, absl::Duration timeout) {
  TaskScope scope(co_await CurrentScope());
  const internal::ScopeDeadline deadline(scope, timeout);
  R result = co_await std::move(task).In(scope);
  if (deadline.expired() && !internal::StatusOf(result).ok()) co_return scope.status();
  co_return result;
}

}  // namespace rondo

#endif  // RONDO_RUNTIME_WITH_TIMEOUT_H_
