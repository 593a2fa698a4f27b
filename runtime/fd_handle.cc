#include "runtime/fd_handle.h"

#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "runtime/loop.h"

namespace rondo {

FdHandle::FdHandle(Loop& loop, int fd, std::string description)
    : FdWatch(loop), fd_(fd), description_(std::move(description)) {}

FdHandle::~FdHandle() {
  Close();
  if (destroyed_ != nullptr) *destroyed_ = true;
}

void FdHandle::OnReady(Readiness ready) {
  // From the stack: it may destroy the handle, or start it anew with another.
  absl::AnyInvocable<void(Readiness)> callback = std::move(ready_);
  bool destroyed = false;
  destroyed_ = &destroyed;
  callback(ready);
  if (destroyed) return;
  destroyed_ = nullptr;
  if (ready_ == nullptr && fd_ >= 0) ready_ = std::move(callback);
}

absl::Status FdHandle::Start(Readiness interest, absl::AnyInvocable<void(Readiness)> ready,
                             Trigger trigger) {
  if (fd_ < 0)
    return absl::FailedPreconditionError(absl::StrCat("watch ", description_, ": closed"));
  if (watched()) {
    return absl::FailedPreconditionError(absl::StrCat("watch ", description_, ": it is already"));
  }
  ready_ = std::move(ready);
  return FdWatch::Start(fd_, interest, trigger);
}

void FdHandle::OnClose(absl::AnyInvocable<void() &&> hook) {
  loop().CheckOnLoop();
  CHECK_GE(fd_, 0) << "OnClose of the closed " << description_;
  hooks_.push_back(std::move(hook));
}

void FdHandle::Close() {
  if (fd_ < 0) return;
  Stop();
  ::close(std::exchange(fd_, -1));
  ready_ = nullptr;  // With its captures, which may be what owns this.
  for (absl::AnyInvocable<void() &&>& hook : hooks_) {
    loop().EnqueueClose(MakeLoopTask([hook = std::move(hook)]() mutable { std::move(hook)(); }));
  }
  hooks_.clear();
}

}  // namespace rondo
