#include "runtime/operation.h"

#include <exception>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "runtime/dispatcher.h"
#include "runtime/submit.h"

namespace rondo::internal {

const LoopTimer::Type Operation::Deadline::kType = {.expired = &Operation::Deadline::Expired,
                                                    .discarded = nullptr,
                                                    .label = "deadline",
                                                    .listed = false};

Operation::Operation(Dispatcher& dispatcher, absl::string_view name)
    : dispatcher_(dispatcher),
      name_(name),
      return_task_(*this),
      work_task_(*this),
      cancel_task_(*this),
      deadline_timer_(dispatcher.loop_, *this) {
  // The operation itself keeps the loop alive.
  deadline_timer_.Unref();
}

Runtime& Operation::runtime() const { return dispatcher_.runtime_; }

bool Operation::OnLoop() const { return dispatcher_.loop_.MayBeUsed(); }

void Operation::Cancel(absl::Status status) {
  dispatcher_.loop_.CheckOnLoop();
  if (told_ || !ClaimCancel()) return;
  cancel_status_ = std::move(status);
  dispatcher_.loop_.Enqueue(cancel_task_);
}

void Operation::Abandon() {
  dispatcher_.loop_.CheckOnLoop();
  if (told_) return;
  flags_.fetch_or(kStop);
  dispatcher_.Tell(*this, nullptr, /*abandoned=*/true);
  if (waiting_) dispatcher_.StopWaiting(*this);
  if (cancel_hook_ != nullptr) std::exchange(cancel_hook_, nullptr)();
  MaybeFree();
}

void Operation::OnCancel(absl::AnyInvocable<void() &&> hook) {
  dispatcher_.loop_.CheckOnLoop();
  if (told_) return std::move(hook)();
  cancel_hook_ = std::move(hook);
}

void Operation::StopRequested::operator()() const noexcept {
  if (!operation->ClaimCancel()) return;
  operation->cancel_status_ =
      absl::CancelledError(absl::StrCat(operation->name_, ": cancelled by its stop token"));
  operation->dispatcher_.loop_.PostTask(operation->cancel_task_);
}

void Operation::Deadline::Expired(LoopTimer& timer) {
  Operation& operation = static_cast<Deadline&>(timer).operation;
  operation.Cancel(
      absl::DeadlineExceededError(absl::StrCat(operation.name_, ": deadline exceeded")));
}

void Operation::OnWorker(PoolTask& task, PoolTask::Outcome outcome) {
  Operation& operation = static_cast<WorkTask&>(task).operation;
  if (outcome == PoolTask::Outcome::kRun) {
    operation.RunOnWorker();
  } else {
    operation.SetFailure(absl::CancelledError(
        absl::StrCat(operation.name_, ": the thread pool was shut down before it ran")));
  }
  // From here on the operation is the loop's.
  operation.dispatcher_.loop_.PostTask(operation.return_task_);
}

void Operation::RunOnWorker() {
  if (stop_requested()) return;  // Cancelled before it began.
  ran_ = true;
  const Clock& clock = dispatcher_.loop_.clock();
  if (timed_) began_nanos_ = clock.NowNanos();
  try {
    kind_->Run(*this);
  } catch (const std::exception& exception) {
    SetFailure(absl::InternalError(absl::StrCat(name_, ": exception: ", exception.what())));
  } catch (...) {
    SetFailure(absl::InternalError(absl::StrCat(name_, ": exception of an unknown type")));
  }
  if (timed_) ended_nanos_ = clock.NowNanos();
}

void Operation::CompleteOnLoop() {
  dispatcher_.loop_.CheckOnLoop();
  if (timed_) ended_nanos_ = dispatcher_.loop_.clock().NowNanos();
  cancel_hook_ = nullptr;
  dispatcher_.loop_.Enqueue(return_task_);
}

void Operation::ThrewOnLoop(absl::string_view what) {
  LOG(ERROR) << name_ << ": exception: " << what;
  if (dropped_) SetFailure(absl::InternalError(absl::StrCat(name_, ": exception: ", what)));
}

void Operation::OnReturned(LoopTask& task, LoopTask::Mode mode) {
  Operation& operation = static_cast<ReturnTask&>(task).operation;
  if (operation.kind_->runs_on == RunsOn::kPool) --operation.dispatcher_.loop_.on_pool_;
  if (mode == LoopTask::Mode::kRun) return operation.dispatcher_.Returned(operation);
  operation.launched_ = false;
  operation.MaybeFree();
}

void Operation::OnCancelArrived(LoopTask& task, LoopTask::Mode mode) {
  Operation& operation = static_cast<CancelTask&>(task).operation;
  if (mode == LoopTask::Mode::kRun) return operation.dispatcher_.CancelArrived(operation);
  operation.cancel_arrived_ = true;
  operation.MaybeFree();
}

void Operation::MaybeFree() {
  // After told_ no stop callback can begin, so kCancelled does not change any more.
  if (!told_ || launched_) return;
  if ((flags_.load(std::memory_order_relaxed) & kCancelled) != 0 && !cancel_arrived_) return;
  if (handle_ != nullptr) handle_->operation_ = nullptr;
  dispatcher_.RemoveActive(*this);
  Free();
}

}  // namespace rondo::internal
