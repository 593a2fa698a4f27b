#include "poller/poller.h"

#include <algorithm>
#include <cerrno>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "poller/epoll_poller.h"

namespace rondo {

static_assert(sizeof(void*) != 8 || sizeof(Watcher) <= 40);

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
  if (epoll_event* due = FindDue(watcher); due != nullptr) {
    due->events &= (interest | Readiness::kHungUp | Readiness::kError).bits();
    if (due->events == 0) due->data.ptr = nullptr;
  }
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
  if (epoll_event* due = FindDue(watcher); due != nullptr) due->data.ptr = nullptr;
  --watcher_count_;
  watcher.poller_ = nullptr;
  watcher.fd_ = -1;
}

absl::Status Poller::Wait(int64_t timeout_nanos) {
  ++stats_.waits;
  const size_t kept = next_due_ == end_due_ ? 0 : KeepUntaken();
  const absl::Span<epoll_event> free = absl::MakeSpan(due_).subspan(kept);
  const int found = DoWait(kept > 0 ? 0 : timeout_nanos, free);
  next_due_ = due_.data();
  end_due_ = free.data();
  if (found < 0) return absl::ErrnoToStatus(-found, "epoll_wait");
  stats_.events += found;
  end_due_ += found;
  if (kept > 0) MergeInto(kept);
  return absl::OkStatus();
}

bool Poller::has_ready() const {
  return std::any_of(next_due_, end_due_, [](const auto& due) { return due.data.ptr != nullptr; });
}

// Walks what is due, which is seldom much while watchers are removed or modified, and spares each
// watcher a place for its place in the queue.
epoll_event* Poller::FindDue(const Watcher& watcher) {
  epoll_event* const due = std::find_if(
      next_due_, end_due_, [&](const epoll_event& event) { return event.data.ptr == &watcher; });
  return due == end_due_ ? nullptr : due;
}

size_t Poller::KeepUntaken() {
  epoll_event* const end = std::copy_if(next_due_, end_due_, due_.data(), [](const auto& event) {
    return event.data.ptr != nullptr;
  });
  return end - due_.data();
}

void Poller::MergeInto(size_t kept) {
  epoll_event* const found = due_.data() + kept;
  for (epoll_event* event = found; event != end_due_; ++event) {
    epoll_event* const due = std::find_if(due_.data(), found, [event](const epoll_event& other) {
      return other.data.ptr == event->data.ptr;
    });
    if (due == found) continue;
    due->events |= event->events;
    event->data.ptr = nullptr;
  }
}

void Poller::ForEachWatcher(absl::FunctionRef<void(const Watcher&)> f) const {
  watched_.ForEach(f);
}

}  // namespace rondo
