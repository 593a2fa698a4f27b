#include "poller/poller.h"

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "poller/epoll_poller.h"

namespace rondo {

static_assert(sizeof(void*) != 8 || sizeof(Watcher) <= 56);

Watcher::~Watcher() {
  if (poller_ != nullptr) poller_->Remove(*this);
}

absl::StatusOr<std::unique_ptr<Poller>> Poller::Create() { return EpollPoller::Create(); }

Poller::~Poller() {
  while (Watcher* watcher = watched_.TakeFirst()) Detach(*watcher);
}

absl::Status Poller::Add(Watcher& watcher, int fd, Readiness interest, Trigger trigger) {
  if (fd < 0) return absl::InvalidArgumentError(absl::StrCat("watch fd ", fd, ": not an fd"));
  if (watcher.watched()) {
    return absl::AlreadyExistsError(
        absl::StrCat("watch fd ", fd, ": its watcher watches fd ", watcher.fd_, " already"));
  }
  ++stats_.changes;
  if (absl::Status status = DoAdd(watcher, fd, interest, trigger); !status.ok()) return status;
  watcher.poller_ = this;
  watcher.fd_ = fd;
  watcher.trigger_ = trigger;
  watched_.Append(watcher);
  ++watcher_count_;
  return absl::OkStatus();
}

absl::Status Poller::Modify(Watcher& watcher, Readiness interest) {
  if (watcher.poller_ != this) {
    return absl::FailedPreconditionError("modify a watch: its watcher is not watched");
  }
  ++stats_.changes;
  if (absl::Status status = DoModify(watcher, interest); !status.ok()) return status;
  watcher.due_ &= interest | Readiness::kHungUp | Readiness::kError;
  if (watcher.due_.empty()) ready_.Unlink(watcher);
  return absl::OkStatus();
}

void Poller::Remove(Watcher& watcher) {
  if (!watcher.watched()) return;
  DCHECK_EQ(watcher.poller_, this) << "fd " << watcher.fd_ << " is watched by another poller";
  ++stats_.changes;
  DoRemove(watcher);
  Detach(watcher);
}

void Poller::Detach(Watcher& watcher) {
  watched_.Unlink(watcher);
  ready_.Unlink(watcher);
  --watcher_count_;
  watcher.poller_ = nullptr;
  watcher.fd_ = -1;
  watcher.due_ = Readiness();
}

absl::Status Poller::Wait(int64_t timeout_nanos) {
  ++stats_.waits;
  return DoWait(has_ready() ? 0 : timeout_nanos);
}

void Poller::ForEachWatcher(absl::FunctionRef<void(const Watcher&)> f) const {
  watched_.ForEach(f);
}

}  // namespace rondo
