// TaskGroup: any number of coroutines that end before their scope does.
#ifndef RONDO_RUNTIME_TASK_GROUP_H_
#define RONDO_RUNTIME_TASK_GROUP_H_

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "runtime/awaitables.h"
#include "runtime/join.h"
#include "runtime/recycler.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo {

// The tasks that the body of a WithTaskGroup has spawned. The group ends when the body and every
// task have; the first that fails or throws cancels the others.
//
// Loop thread only. Made by WithTaskGroup, and valid while the body or a task of it runs.
class TaskGroup {
 public:
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` at once; it may spawn others. Its memory is freed when it ends.
  void Spawn(Task<absl::Status> task) { Run(std::move(task)); }
  void Spawn(Task<void> task) { Run(std::move(task)); }

  // Cancels every task and the body. The group then ends with `status`.
  void Cancel(absl::Status status = absl::CancelledError("task group cancelled"));

  // How many tasks run, the body among them.
  size_t size() const { return size_; }

 private:
  template <typename Body>
  friend Task<absl::Status> WithTaskGroup(Body body);

  // A task of the group, in its list until it ends.
  class Child {
   public:
    explicit Child(TaskGroup& group);
    virtual ~Child();

    static void* operator new(size_t size) { return AllocateRecycled(size); }
    static void operator delete(void* child, size_t size) { Recycle(child, size); }

   protected:
    TaskGroup& group_;

   private:
    friend class TaskGroup;
    Child* next_;
    Child** link_;  // What points here.
  };

  template <typename T>
  class ChildOf final : public Child {
   public:
    ChildOf(TaskGroup& group, Task<T> task)
        : Child(group), task_(std::move(task), group.join_, *this) {}
    void Start() { task_.Start(group_.scope_); }

   private:
    friend class internal::JoinedTask<T, ChildOf>;
    void OnDone(internal::JoinedTask<T, ChildOf>& done) noexcept {
      try {
        if constexpr (std::is_void_v<T>) {
          done.Take();
        } else {
          group_.Ended(done.Take());
        }
      } catch (...) {
        group_.Threw(std::current_exception());
      }
      delete this;
    }

    internal::JoinedTask<T, ChildOf> task_;
  };

  explicit TaskGroup(TaskScope& parent) : scope_(parent) {}
  ~TaskGroup();

  template <typename T>
  void Run(Task<T> task) {
    scope_.loop().CheckOnLoop();
    (new ChildOf<T>(*this, std::move(task)))->Start();
  }
  void Ended(const absl::Status& status);
  void Threw(std::exception_ptr exception);

  TaskScope scope_;
  internal::Join join_;
  Child* children_ = nullptr;
  size_t size_ = 0;
  absl::Status status_;  // The first failure.
  std::exception_ptr exception_;
};

// Runs `body(group)`, which may spawn tasks in the group, and waits until it and they all have
// ended. Returns the first status that was not OK, of the body or a task; rethrows the first
// exception.
//
//   absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
//     for (const std::string& url : urls) group.Spawn(Fetch(url));
//     co_return absl::OkStatus();
//   });
template <typename Body>
Task<absl::Status> WithTaskGroup(Body body) {
  TaskGroup group(co_await CurrentScope());
  // The body is one of the tasks: it can be cancelled by them, and cancel them.
  group.Run(body(group));
  co_await group.join_;
  if (group.exception_) std::rethrow_exception(group.exception_);
  co_return group.status_;
}

}  // namespace rondo

#endif  // RONDO_RUNTIME_TASK_GROUP_H_
