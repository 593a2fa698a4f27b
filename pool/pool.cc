#include "pool/pool.h"

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

namespace rondo {
namespace {

class FunctionTask final : public PoolTask {
 public:
  explicit FunctionTask(absl::AnyInvocable<void() &&> function)
      : PoolTask(&FunctionTask::Call), function_(std::move(function)) {}

 private:
  static void Call(PoolTask& task, Outcome outcome) {
    const std::unique_ptr<FunctionTask> self(static_cast<FunctionTask*>(&task));
    if (outcome == Outcome::kRun) std::move(self->function_)();
  }

  absl::AnyInvocable<void() &&> function_;
};

}  // namespace

absl::Status Pool::Schedule(absl::AnyInvocable<void() &&> function) {
  auto task = std::make_unique<FunctionTask>(std::move(function));
  const absl::Status status = Schedule(*task);
  // The pool has it, and may have run it already.
  if (status.ok()) task.release();
  return status;
}

}  // namespace rondo
