#include "runtime/awaitables.h"

#include <utility>

namespace rondo::internal {

const LoopTimer::Type SleepAwaiter::kType = {
    .expired = &SleepAwaiter::Expired, .discarded = nullptr, .label = "sleep", .listed = true};

void SleepAwaiter::Suspend(std::coroutine_handle<> handle, TaskScope& scope) {
  resume_.handle = handle;
  if (scope.cancelled()) {
    // Through the queue all the same: a loop that ignores the status must not starve the others.
    status_ = scope.status();
    return scope.loop().Enqueue(resume_);
  }
  scope.Add(*this);
  timer_.emplace(scope.loop(), *this);
  timer_->Start(duration_);
}

void SleepAwaiter::Expired(LoopTimer& timer) {
  SleepAwaiter& sleep = static_cast<Wake&>(timer).sleep;
  sleep.Remove();
  sleep.resume_.handle.resume();
}

void SleepAwaiter::OnCancel(const absl::Status& status) {
  status_ = status;
  timer_->Cancel();
  timer_->loop().Enqueue(resume_);
}

}  // namespace rondo::internal
