// The coroutines at the top: nobody awaits them.
#ifndef RONDO_RUNTIME_ROOT_TASKS_H_
#define RONDO_RUNTIME_ROOT_TASKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/loop_task.h"
#include "runtime/recycler.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo::internal {

class RootTasks;

// One of them. In its owner's list from construction until destruction.
class RootTask {
 public:
  explicit RootTask(RootTasks& owner);
  RootTask(const RootTask&) = delete;
  RootTask& operator=(const RootTask&) = delete;
  virtual ~RootTask();

  static void* operator new(size_t size) { return AllocateRecycled(size); }
  static void operator delete(void* task, size_t size) { Recycle(task, size); }

 protected:
  TaskScope scope_;
  RootTasks& owner_;

 private:
  friend class RootTasks;
  RootTask* next_;
  RootTask** link_;  // What points here.
};

// Owns every root task of a runtime: those that were spawned and the bodies of coroutine kinds.
//
// Loop thread only. The loop and the pool outlive it; destroying it destroys the coroutines.
class RootTasks {
 public:
  RootTasks(Loop& loop, Pool& pool) : scope_(loop, pool) {}
  RootTasks(const RootTasks&) = delete;
  RootTasks& operator=(const RootTasks&) = delete;
  ~RootTasks() { Clear(); }

  // Starts `task` in the next pending phase. When it fails, or throws, the loop is stopped and
  // TakeFailure says why.
  void Spawn(Task<void> task, std::string name);
  void Spawn(Task<absl::Status> task, std::string name);

  // The scope above them all.
  TaskScope& scope() { return scope_; }

  // Spawned tasks that have not ended.
  size_t spawned() const { return spawned_; }
  void ForEachSpawned(
      absl::FunctionRef<void(absl::string_view name, int64_t started_nanos)> f) const;

  // Returns and forgets the first failure.
  absl::Status TakeFailure() { return std::exchange(failure_, absl::OkStatus()); }

  // Destroys them all, wherever they are suspended.
  void Clear();

 private:
  friend class RootTask;
  class Spawned;

  void Failed(absl::Status failure);

  TaskScope scope_;
  RootTask* first_ = nullptr;
  size_t spawned_ = 0;
  absl::Status failure_;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_ROOT_TASKS_H_
