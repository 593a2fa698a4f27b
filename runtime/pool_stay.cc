#include "runtime/pool_stay.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/loop.h"
#include "runtime/task.h"

namespace rondo::internal {
namespace {

// Resumes a coroutine that did not get to the pool.
void ResumeOnLoopSoon(Loop& loop, std::coroutine_handle<> handle) {
  loop.Enqueue(MakeLoopTask([handle] { handle.resume(); }));
}

}  // namespace

PoolStay::PoolStay(PromiseBase& promise, PoolEntry& entry)
    : promise_(promise), entry_(entry), handle_(entry.handle), work_(*this), return_(*this) {}

void PoolStay::Begin(PromiseBase& promise, PoolEntry& entry) {
  TaskScope& scope = *promise.scope();
  scope.loop().CheckOnLoop();
  if (scope.cancelled()) {
    entry.status = scope.status();
    return ResumeOnLoopSoon(scope.loop(), entry.handle);
  }
  auto* stay = new PoolStay(promise, entry);
  promise.set_stay(stay);
  scope.loop().Keep();
  scope.Add(*stay);
  // Once this succeeds the coroutine may be running on, or even be gone; not so its runtime.
  Loop& loop = scope.loop();
  Pool& pool = scope.pool();
  absl::Status status = pool.TrySchedule(stay->work_);
  loop.GaveWork(pool.wakeups());
  if (status.ok()) return;
  stay->Refuse(absl::Status(status.code(), absl::StrCat("resume on the pool: ", status.message())));
  stay->LetGo();  // For the worker that it did not get.
}

void PoolStay::OnWorker(PoolTask& task, PoolTask::Outcome outcome) {
  PoolStay& self = static_cast<Work&>(task).stay;
  const bool claimed = self.Claim();
  const std::coroutine_handle<> handle = self.handle_;
  if (claimed && outcome == PoolTask::Outcome::kDiscarded) {
    // On the thread that shuts the pool down, which is the loop's.
    self.Refuse(absl::CancelledError("resume on the pool: the pool was shut down"));
  }
  self.LetGo();
  if (claimed && outcome == PoolTask::Outcome::kRun) handle.resume();
}

void PoolStay::OnCancel(const absl::Status& status) {
  if (Claim()) Refuse(status);
}

void PoolStay::Refuse(absl::Status status) {
  entry_.status = std::move(status);
  ResumeOnLoopSoon(promise_.scope()->loop(), handle_);
  Leave();
}

void PoolStay::Leave() {
  Remove();
  promise_.set_stay(nullptr);
  promise_.scope()->loop().Release();
  LetGo();
}

void PoolStay::GoBack(bool ended) {
  ended_ = ended;
  promise_.scope()->loop().PostTask(return_);
}

void PoolStay::OnReturned(LoopTask& task, LoopTask::Mode mode) {
  PoolStay& self = static_cast<Return&>(task).stay;
  PromiseBase& promise = self.promise_;
  const std::coroutine_handle<> handle = self.handle_;
  const bool ended = self.ended_;
  self.Leave();
  if (mode == LoopTask::Mode::kRun) (ended ? promise.Next() : handle).resume();
}

}  // namespace rondo::internal
