// Calls a task's function so that nothing escapes.
#ifndef RONDO_POOL_FINISH_TASK_H_
#define RONDO_POOL_FINISH_TASK_H_

#include "absl/strings/string_view.h"
#include "pool/pool.h"

namespace rondo {

// Returns false if the function ended with an exception, which is logged as having happened in
// `where`. The task may be gone afterwards. Thread-safe.
//
//   if (!FinishTask(task, PoolTask::Outcome::kRun, "pool0")) ++exceptions;
bool FinishTask(PoolTask& task, PoolTask::Outcome outcome, absl::string_view where);

}  // namespace rondo

#endif  // RONDO_POOL_FINISH_TASK_H_
