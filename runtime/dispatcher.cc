#include "runtime/dispatcher.h"

#include <algorithm>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "timers/clock.h"

namespace rondo::internal {
namespace {

// Whether the task may take for ever.
bool IsPlain(const SubmitOptions& options) {
  return options.timeout == absl::InfiniteDuration() &&
         options.deadline == absl::InfiniteFuture() && !options.stop_token.stop_possible();
}

}  // namespace

void Dispatcher::Submit(Operation& operation, Kind& kind, const SubmitOptions& options) {
  Take(operation, &kind);
  // Never from within Submit: the caller is told in the pending phase.
  absl::Status refusal = Admit(operation, options);
  if (!refusal.ok()) operation.Cancel(std::move(refusal));
}

void Dispatcher::Refuse(Operation& operation, Kind* kind, absl::Status refusal) {
  Take(operation, kind);
  operation.Cancel(std::move(refusal));
}

void Dispatcher::Take(Operation& operation, Kind* kind) {
  loop_.CheckOnLoop();
  operation.kind_ = kind;
  operation.timed_ = kind != nullptr && kind->IsTimed(loop_.turn());
  // Between turns nobody knows since when.
  operation.submitted_nanos_ = operation.timed_ || !loop_.running_.load(std::memory_order_relaxed)
                                   ? loop_.clock().NowNanos()
                                   : loop_.awake_since_nanos_;
  if (kind != nullptr) ++kind->stats.submitted;
  AddActive(operation);
}

absl::Status Dispatcher::Admit(Operation& operation, const SubmitOptions& options) {
  if (!IsPlain(options)) {
    if (absl::Status status = Arm(operation, options); !status.ok()) return status;
  }
  Kind& kind = *operation.kind_;
  if (kind.stats.in_flight < kind.options.max_concurrency) {
    Launch(operation);
    return absl::OkStatus();
  }
  if (kind.stats.waiting >= kind.options.max_queue) {
    return absl::ResourceExhaustedError(absl::StrCat(kind.name, ": ", kind.stats.in_flight,
                                                     " in flight and ", kind.stats.waiting,
                                                     " waiting, which is its max_queue"));
  }
  Wait(operation);
  return absl::OkStatus();
}

absl::Status Dispatcher::Arm(Operation& operation, const SubmitOptions& options) {
  if (options.stop_token.stop_requested()) {
    return absl::CancelledError(absl::StrCat(operation.name(), ": cancelled by its stop token"));
  }
  absl::Duration timeout = options.timeout;
  const Clock& clock = loop_.clock();
  if (options.deadline != absl::InfiniteFuture()) {
    timeout = std::min(timeout, options.deadline - clock.CalendarTime());
  }
  if (timeout <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError(
        absl::StrCat(operation.name(), ": its deadline had passed when it was submitted"));
  }
  if (timeout != absl::InfiniteDuration()) {
    Operation::Extras& extras = operation.extras();
    extras.deadline = std::min(options.deadline, clock.CalendarTime() + timeout);
    extras.Start(timeout);
  }
  if (options.stop_token.stop_possible()) {
    operation.extras().stop_callback.emplace(options.stop_token,
                                             Operation::StopRequested{&operation});
  }
  return absl::OkStatus();
}

void Dispatcher::Launch(Operation& operation) {
  Kind& kind = *operation.kind_;
  ++kind.stats.in_flight;
  operation.launched_ = true;
  if (kind.runs_on == RunsOn::kLoop) {
    operation.ran_ = true;
    if (operation.timed_) operation.began_nanos_ = loop_.clock().NowNanos();
    return kind.Run(operation);
  }
  ++loop_.on_pool_;
  absl::Status status = pool_.TrySchedule(operation);
  loop_.GaveWork(pool_.wakeups());
  if (!status.ok()) {
    operation.SetFailure(
        absl::Status(status.code(), absl::StrCat(operation.name(), ": ", status.message())));
    loop_.Enqueue(static_cast<ReturnTask&>(operation));
  }
}

void Dispatcher::Returned(Operation& operation) {
  Kind& kind = *operation.kind_;
  operation.launched_ = false;
  --kind.stats.in_flight;
  if (operation.ran_ && operation.timed_) {
    kind.stats.queue_time.Add(operation.began_nanos_ - operation.submitted_nanos_);
    kind.stats.run_time.Add(operation.ended_nanos_ - operation.began_nanos_);
  }
  LaunchWaiting(kind);
  // A cancellation that was claimed is the result, and on its way.
  const bool cancelled = (operation.flags_.load() & Operation::kCancelled) != 0;
  if (!operation.told_ && !cancelled) Tell(operation, nullptr);
  operation.MaybeFree();
}

void Dispatcher::LaunchWaiting(Kind& kind) {
  while (kind.first_waiting != nullptr && kind.stats.in_flight < kind.options.max_concurrency) {
    Operation& next = *kind.first_waiting;
    StopWaiting(next);
    // Cancelled, and about to be told: it does not run any more.
    if (!next.stop_requested()) Launch(next);
  }
}

void Dispatcher::CancelArrived(Operation& operation) {
  operation.cancel_arrived_ = true;
  if (!operation.told_) {
    if (operation.waiting_) StopWaiting(operation);
    operation.CallCancelHook();
    Tell(operation, &operation.cancel_status_);
  }
  operation.MaybeFree();
}

void Dispatcher::Tell(Operation& operation, const absl::Status* early, bool abandoned) {
  operation.told_ = true;
  if (operation.extras_ != nullptr) {
    operation.extras_->LoopTimer::Cancel();
    // Waits for a stop callback that runs on another thread just now.
    operation.extras_->stop_callback.reset();
  }
  if (operation.kind_ != nullptr) {
    const absl::StatusCode code = abandoned          ? absl::StatusCode::kCancelled
                                  : early != nullptr ? early->code()
                                                     : operation.result_code();
    ++operation.kind_->stats.completed[static_cast<size_t>(code)];
  }
  if (!abandoned) operation.Deliver(early);
}

void Dispatcher::CancelAll(const absl::Status& status) {
  for (Operation* operation = first_; operation != nullptr; operation = operation->next_active_) {
    operation->Cancel(status);
  }
}

void Dispatcher::CancelOf(absl::string_view plugin, const absl::Status& status) {
  for (Operation* operation = first_; operation != nullptr; operation = operation->next_active_) {
    if (operation->kind_ != nullptr && operation->kind_->plugin == plugin) {
      operation->Cancel(status);
    }
  }
}

void Dispatcher::ForgetKindsOf(absl::string_view plugin) {
  for (Operation* operation = first_; operation != nullptr; operation = operation->next_active_) {
    if (operation->kind_ == nullptr || operation->kind_->plugin != plugin) continue;
    DCHECK(operation->told_ && !operation->launched_) << operation->name() << " is unfinished";
    operation->kind_ = nullptr;
  }
}

void Dispatcher::AbandonAll() {
  for (Operation* operation = first_; operation != nullptr;) {
    Operation* next = operation->next_active_;
    operation->Abandon();
    operation = next;
  }
}

void Dispatcher::ForEach(absl::FunctionRef<void(const Operation&, bool told)> f) const {
  for (const Operation* operation = first_; operation != nullptr;
       operation = operation->next_active_) {
    f(*operation, operation->told_);
  }
}

void Dispatcher::Wait(Operation& operation) {
  Kind& kind = *operation.kind_;
  ++kind.stats.waiting;
  operation.waiting_ = true;
  operation.previous_waiting_ = kind.last_waiting;
  (kind.last_waiting != nullptr ? kind.last_waiting->next_waiting_ : kind.first_waiting) =
      &operation;
  kind.last_waiting = &operation;
}

void Dispatcher::StopWaiting(Operation& operation) {
  Kind& kind = *operation.kind_;
  --kind.stats.waiting;
  operation.waiting_ = false;
  Operation* const next = std::exchange(operation.next_waiting_, nullptr);
  Operation* const previous = std::exchange(operation.previous_waiting_, nullptr);
  (previous != nullptr ? previous->next_waiting_ : kind.first_waiting) = next;
  (next != nullptr ? next->previous_waiting_ : kind.last_waiting) = previous;
}

void Dispatcher::AddActive(Operation& operation) {
  operation.keeps_alive_ = operation.kind_ != nullptr && operation.kind_->keeps_alive();
  if (operation.keeps_alive_) ++loop_.keeps_;
  operation.previous_active_ = last_;
  (last_ != nullptr ? last_->next_active_ : first_) = &operation;
  last_ = &operation;
}

void Dispatcher::RemoveActive(Operation& operation) {
  if (observer_ != nullptr) [[unlikely]]
    observer_->OperationEnded(operation);
  if (operation.keeps_alive_) --loop_.keeps_;
  Operation* const next = operation.next_active_;
  Operation* const previous = operation.previous_active_;
  (previous != nullptr ? previous->next_active_ : first_) = next;
  (next != nullptr ? next->previous_active_ : last_) = previous;
}

}  // namespace rondo::internal
