// What the body of a pool kind knows of its caller.
#ifndef RONDO_RUNTIME_TASK_CONTEXT_H_
#define RONDO_RUNTIME_TASK_CONTEXT_H_

#include "absl/time/time.h"
#include "runtime/operation.h"

namespace rondo {

// Given to the body of a pool kind, on its worker, and valid while the body runs. Thread-safe.
class TaskContext {
 public:
  explicit TaskContext(const internal::Operation& operation) : operation_(operation) {}

  // Absolute; infinite when the caller gave none.
  absl::Time deadline() const { return operation_.deadline(); }

  // Whether the caller has stopped waiting: it cancelled, or its deadline has passed. A body that
  // loops asks now and then, and returns anything at all when it is true.
  bool stop_requested() const { return operation_.stop_requested(); }

 private:
  const internal::Operation& operation_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_TASK_CONTEXT_H_
