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

void PoolAwaiter::Schedule() {
  TaskScope& scope = *promise_->scope();
  scope.loop().CheckOnLoop();
  absl::Status status = scope.status();
  if (status.ok()) {
    scope.loop().Keep();
    promise_->set_on_pool(true);
    status = scope.pool().Schedule(*this);
    // From here on the coroutine, and this part of it, are the worker's.
    if (status.ok()) return;
    promise_->set_on_pool(false);
    scope.loop().Release();
  }
  status_ = std::move(status);
  scope.loop().Enqueue(resume_);
}

void PoolAwaiter::OnWorker(PoolTask& task, Outcome outcome) {
  PoolAwaiter& self = static_cast<PoolAwaiter&>(task);
  if (outcome == Outcome::kRun) return self.resume_.handle.resume();
  // Discarded, on the thread that shuts the pool down, which is the loop's.
  Loop& loop = self.promise_->scope()->loop();
  self.status_ = absl::CancelledError("resume on the pool: the pool was shut down");
  self.promise_->set_on_pool(false);
  loop.Release();
  loop.Enqueue(self.resume_);
}

}  // namespace rondo::internal
