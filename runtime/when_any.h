// WhenAny: several coroutines at once, the first of them.
#ifndef RONDO_RUNTIME_WHEN_ANY_H_
#define RONDO_RUNTIME_WHEN_ANY_H_

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "runtime/awaitables.h"
#include "runtime/join.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo {
namespace internal {

// Keeps the first result and cancels the tasks that still run.
template <typename... T>
class AnyOf {
 public:
  using Value = std::variant<ValueOf<T>...>;

  explicit AnyOf(TaskScope& scope) : scope_(scope) {}

  template <size_t kIndex, typename U>
  struct Slot {
    Slot(Task<U> t, Join& join, AnyOf& any) : any(any), task(std::move(t), join, *this) {}
    void OnDone(JoinedTask<U, Slot>& done) noexcept {
      if (any.decided_) return;
      any.decided_ = true;
      try {
        any.value_.emplace(std::in_place_index<kIndex>, done.Take());
      } catch (...) {
        any.exception_ = std::current_exception();
      }
      any.scope_.Cancel(absl::CancelledError("another task of WhenAny was first"));
    }
    AnyOf& any;
    JoinedTask<U, Slot> task;
  };

  Value Take() {
    if (exception_) std::rethrow_exception(exception_);
    return *std::move(value_);
  }

 private:
  TaskScope& scope_;
  bool decided_ = false;
  std::optional<Value> value_;
  std::exception_ptr exception_;
};

template <size_t... kIndex, typename... T>
Task<std::variant<ValueOf<T>...>> RunAny(std::index_sequence<kIndex...>, Task<T>... tasks) {
  TaskScope scope(co_await CurrentScope());
  Join join;
  AnyOf<T...> any(scope);
  std::tuple<std::optional<typename AnyOf<T...>::template Slot<kIndex, T>>...> slots;
  (std::get<kIndex>(slots).emplace(std::move(tasks), join, any), ...);
  (std::get<kIndex>(slots)->task.Start(scope), ...);
  co_await join;
  co_return any.Take();
}

}  // namespace internal

// Runs the tasks concurrently, started in this order. The first to end decides: its result (or
// its exception) is the result, its place the variant's index. The others are cancelled, and
// waited for: none outlives the call.
//
//   auto first = co_await WhenAny(Query("a"), Query("b"));
template <typename... T>
Task<std::variant<internal::ValueOf<T>...>> WhenAny(Task<T>... tasks) {
  return internal::RunAny(std::index_sequence_for<T...>(), std::move(tasks)...);
}

}  // namespace rondo

#endif  // RONDO_RUNTIME_WHEN_ANY_H_
