#include "plugins/fs/signal.h"

#include <utility>

namespace rondo::fs::internal {

Signal::~Signal() {
  if (waiting_ != nullptr) waiting_->Finish(absl::CancelledError("what was waited for is gone"));
}

void Signal::Set() {
  if (waiting_ != nullptr) {
    waiting_->Finish(absl::OkStatus());
  } else {
    set_ = true;
  }
}

Signal::Waiting::~Waiting() {
  if (wake_ != nullptr) wake_->waiting = nullptr;
  if (signal_ != nullptr && signal_->waiting_ == this) signal_->waiting_ = nullptr;
}

bool Signal::Waiting::await_ready() {
  if (signal_->waiting_ != nullptr) {
    status_ = absl::FailedPreconditionError("another coroutine waits already");
    return true;
  }
  return std::exchange(signal_->set_, false);
}

bool Signal::Waiting::Suspend(std::coroutine_handle<> handle, TaskScope& scope) {
  if (scope.cancelled()) {
    status_ = scope.status();
    return false;
  }
  handle_ = handle;
  loop_ = &scope.loop();
  scope.Add(*this);
  signal_->waiting_ = this;
  return true;
}

void Signal::Waiting::Finish(absl::Status status) {
  Remove();
  signal_->waiting_ = nullptr;
  signal_ = nullptr;
  status_ = std::move(status);
  wake_ = new Wake(*this);
  loop_->Enqueue(*wake_);
}

void Signal::Waiting::Wake::Run(LoopTask& task, Mode mode) {
  Wake* const self = static_cast<Wake*>(&task);
  Waiting* const waiting = self->waiting;
  delete self;
  if (waiting == nullptr) return;
  waiting->wake_ = nullptr;
  if (mode == Mode::kRun) waiting->handle_.resume();
}

}  // namespace rondo::fs::internal
