#include "pool/finish_task.h"

#include <exception>

#include "absl/log/log.h"
#include "absl/strings/string_view.h"
#include "pool/pool.h"

namespace rondo {

bool FinishTask(PoolTask& task, PoolTask::Outcome outcome, absl::string_view where) {
  try {
    task.Finish(outcome);
    return true;
  } catch (const std::exception& exception) {
    LOG(ERROR) << where << ": a task ended with an exception: " << exception.what();
  } catch (...) {
    LOG(ERROR) << where << ": a task ended with an exception that is no std::exception";
  }
  return false;
}

}  // namespace rondo
