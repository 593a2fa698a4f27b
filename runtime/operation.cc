#include "runtime/operation.h"

#include <exception>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "runtime/dispatcher.h"
#include "runtime/submit.h"

namespace rondo::internal {

const LoopTimer::Type Operation::Extras::kType = {.expired = &Operation::Extras::DeadlinePassed,
                                                  .discarded = nullptr,
                                                  .label = "deadline",
                                                  .listed = false};

Operation::Extras::Extras(Operation& o) : LoopTimer(o.dispatcher_.loop_, kType), operation(o) {
  // An operation keeps the loop alive by itself, or its deadline is what will wake somebody.
  if (o.keeps_alive_) Unref();
}

void Operation::Extras::DeadlinePassed(LoopTimer& timer) {
  Operation& operation = static_cast<Extras&>(timer).operation;
  operation.Cancel(
      absl::DeadlineExceededError(absl::StrCat(operation.name(), ": deadline exceeded")));
}

Operation::Extras& Operation::extras() {
  if (extras_ == nullptr) extras_ = new (AllocateRecycled(sizeof(Extras))) Extras(*this);
  return *extras_;
}

void Operation::FreeExtras() {
  extras_->~Extras();
  Recycle(extras_, sizeof(Extras));
}

void Operation::CallCancelHook() {
  if (extras_ == nullptr || extras_->cancel_hook == nullptr) return;
  std::exchange(extras_->cancel_hook, nullptr)();
}

absl::Time Operation::deadline() const {
  return extras_ == nullptr ? absl::InfiniteFuture() : extras_->deadline;
}

Runtime& Operation::runtime() const { return dispatcher_.runtime_; }

bool Operation::OnLoop() const { return dispatcher_.loop_.MayBeUsed(); }

void Operation::Cancel(absl::Status status) {
  dispatcher_.loop_.CheckOnLoop();
  if (told_ || !ClaimCancel()) return;
  cancel_status_ = std::move(status);
  dispatcher_.loop_.Enqueue(static_cast<CancelTask&>(*this));
}

void Operation::Abandon() {
  dispatcher_.loop_.CheckOnLoop();
  if (told_) return;
  flags_.fetch_or(kStop);
  dispatcher_.Tell(*this, nullptr, /*abandoned=*/true);
  if (waiting_) dispatcher_.StopWaiting(*this);
  CallCancelHook();
  MaybeFree();
}

void Operation::OnCancel(absl::AnyInvocable<void() &&> hook) {
  dispatcher_.loop_.CheckOnLoop();
  if (told_) return std::move(hook)();
  extras().cancel_hook = std::move(hook);
}

void Operation::StopRequested::operator()() const noexcept {
  if (!operation->ClaimCancel()) return;
  operation->cancel_status_ =
      absl::CancelledError(absl::StrCat(operation->name(), ": cancelled by its stop token"));
  operation->dispatcher_.loop_.PostTask(static_cast<CancelTask&>(*operation));
}

void Operation::OnWorker(PoolTask& task, PoolTask::Outcome outcome) {
  Operation& operation = static_cast<Operation&>(task);
  if (outcome == PoolTask::Outcome::kRun) {
    operation.RunOnWorker();
  } else {
    operation.SetFailure(absl::CancelledError(
        absl::StrCat(operation.name(), ": the thread pool was shut down before it ran")));
  }
  // From here on the operation is the loop's.
  operation.dispatcher_.loop_.PostTask(static_cast<ReturnTask&>(operation));
}

void Operation::RunOnWorker() {
  if (stop_requested()) return;  // Cancelled before it began.
  ran_ = true;
  const Clock& clock = dispatcher_.loop_.clock();
  if (timed_) began_nanos_ = clock.NowNanos();
  try {
    kind_->Run(*this);
  } catch (const std::exception& exception) {
    SetFailure(absl::InternalError(absl::StrCat(name(), ": exception: ", exception.what())));
  } catch (...) {
    SetFailure(absl::InternalError(absl::StrCat(name(), ": exception of an unknown type")));
  }
  if (timed_) ended_nanos_ = clock.NowNanos();
}

void Operation::CompleteOnLoop() {
  dispatcher_.loop_.CheckOnLoop();
  if (timed_) ended_nanos_ = dispatcher_.loop_.clock().NowNanos();
  if (extras_ != nullptr) extras_->cancel_hook = nullptr;
  dispatcher_.loop_.Enqueue(static_cast<ReturnTask&>(*this));
}

void Operation::ThrewOnLoop(absl::string_view what) {
  LOG(ERROR) << name() << ": exception: " << what;
  if (dropped_) SetFailure(absl::InternalError(absl::StrCat(name(), ": exception: ", what)));
}

void Operation::OnReturned(LoopTask& task, LoopTask::Mode mode) {
  Operation& operation = static_cast<Operation&>(static_cast<ReturnTask&>(task));
  if (mode == LoopTask::Mode::kRun) {
    if (operation.kind_->runs_on == RunsOn::kPool) --operation.dispatcher_.loop_.on_pool_;
    return operation.dispatcher_.Returned(operation);
  }
  // The loop goes away, and the kind may have gone before.
  operation.launched_ = false;
  operation.MaybeFree();
}

void Operation::OnCancelArrived(LoopTask& task, LoopTask::Mode mode) {
  Operation& operation = static_cast<Operation&>(static_cast<CancelTask&>(task));
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
