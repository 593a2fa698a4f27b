#include "runtime/fd_watch.h"

#include "runtime/loop.h"

namespace rondo {

FdWatch::~FdWatch() {
  if (watched()) Stop();
}

absl::Status FdWatch::Start(int fd, Readiness interest, Trigger trigger) {
  loop_.CheckOnLoop();
  if (absl::Status status = loop_.poller_->Add(*this, fd, interest, trigger); !status.ok()) {
    return status;
  }
  started_nanos_ = loop_.clock_->NowNanos();
  if (referenced_) ++loop_.keeps_;
  return absl::OkStatus();
}

absl::Status FdWatch::Modify(Readiness interest) {
  loop_.CheckOnLoop();
  return loop_.poller_->Modify(*this, interest);
}

void FdWatch::Stop() {
  loop_.CheckOnLoop();
  if (!watched()) return;
  loop_.poller_->Remove(*this);
  if (referenced_) --loop_.keeps_;
}

void FdWatch::Ref() {
  loop_.CheckOnLoop();
  if (!referenced_ && watched()) ++loop_.keeps_;
  referenced_ = true;
}

void FdWatch::Unref() {
  loop_.CheckOnLoop();
  if (referenced_ && watched()) --loop_.keeps_;
  referenced_ = false;
}

}  // namespace rondo
