// WhenAll: several coroutines at once, all of them.
#ifndef RONDO_RUNTIME_WHEN_ALL_H_
#define RONDO_RUNTIME_WHEN_ALL_H_

#include <deque>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "runtime/awaitables.h"
#include "runtime/join.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo {
namespace internal {

// Keeps the results; an exception cancels the tasks that still run.
class AllOf {
 public:
  explicit AllOf(TaskScope& scope) : scope_(scope) {}

  template <typename T>
  struct Slot {
    Slot(Task<T> t, Join& join, AllOf& all) : all(all), task(std::move(t), join, *this) {}
    void OnDone(JoinedTask<T, Slot>& done) noexcept {
      try {
        value.emplace(done.Take());
      } catch (...) {
        all.Fail(std::current_exception());
      }
    }
    AllOf& all;
    std::optional<ValueOf<T>> value;
    JoinedTask<T, Slot> task;
  };

  void Rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  void Fail(std::exception_ptr exception) {
    if (exception_) return;
    exception_ = std::move(exception);
    scope_.Cancel(absl::CancelledError("another task of WhenAll threw an exception"));
  }

  TaskScope& scope_;
  std::exception_ptr exception_;
};

}  // namespace internal

// Runs the tasks concurrently, started in this order, and returns their results in it
// (std::monostate for a Task<void>) when all have ended. When one throws, the others are
// cancelled, all are waited for, and the first exception comes out.
//
//   auto [a, b] = co_await WhenAll(Fetch("a"), Fetch("b"));
template <typename... T>
Task<std::tuple<internal::ValueOf<T>...>> WhenAll(Task<T>... tasks) {
  TaskScope scope(co_await CurrentScope());
  internal::Join join;
  internal::AllOf all(scope);
  std::tuple<std::optional<typename internal::AllOf::Slot<T>>...> slots;
  std::apply(
      [&](auto&... slot) {
        (slot.emplace(std::move(tasks), join, all), ...);
        (slot->task.Start(scope), ...);
      },
      slots);
  co_await join;
  all.Rethrow();
  co_return std::apply(
      [](auto&... slot) { return std::tuple<internal::ValueOf<T>...>(*std::move(slot->value)...); },
      slots);
}

// The same for any number of tasks of one type.
template <typename T>
Task<std::vector<internal::ValueOf<T>>> WhenAll(std::vector<Task<T>> tasks) {
  TaskScope scope(co_await CurrentScope());
  internal::Join join;
  internal::AllOf all(scope);
  std::deque<typename internal::AllOf::Slot<T>> slots;
  for (Task<T>& task : tasks) slots.emplace_back(std::move(task), join, all);
  for (auto& slot : slots) slot.task.Start(scope);
  co_await join;
  all.Rethrow();
  std::vector<internal::ValueOf<T>> values;
  values.reserve(slots.size());
  for (auto& slot : slots) values.push_back(*std::move(slot.value));
  co_return values;
}

}  // namespace rondo

#endif  // RONDO_RUNTIME_WHEN_ALL_H_
