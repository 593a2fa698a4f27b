#include "poller/manual_poller.h"

#include "absl/strings/str_cat.h"

namespace rondo {
namespace {

// What a watcher with `interest` is told of `ready`.
Readiness ToldOf(Readiness ready, Readiness interest) {
  return ready & (interest | Readiness::kHungUp | Readiness::kError);
}

}  // namespace

bool ManualPoller::MakeReady(int fd, Readiness ready) {
  const auto it = watches_.find(fd);
  if (it == watches_.end()) return false;
  Watch& watch = it->second;
  const Readiness told = ToldOf(ready, watch.interest);
  if (told.empty()) return false;
  if (watch.ready.empty()) ready_fds_.push_back(fd);
  watch.ready |= told;
  return true;
}

absl::Status ManualPoller::DoAdd(Watcher& watcher, int fd, Readiness interest, Trigger) {
  const bool added = watches_.try_emplace(fd, Watch{&watcher, interest, Readiness()}).second;
  if (added) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat("watch fd ", fd, ": it is watched already"));
}

absl::Status ManualPoller::DoModify(Watcher& watcher, Readiness interest) {
  Watch& watch = watches_.at(watcher.fd());
  watch.interest = interest;
  watch.ready = ToldOf(watch.ready, interest);
  return absl::OkStatus();
}

void ManualPoller::DoRemove(Watcher& watcher) { watches_.erase(watcher.fd()); }

int ManualPoller::DoWait(int64_t timeout_nanos, absl::Span<epoll_event> events) {
  const bool woken = woken_.exchange(false);
  if (sleep_ != nullptr) sleep_(woken || !ready_fds_.empty() ? 0 : timeout_nanos);
  // A wake-up during the sleep ended it, and is not for the next one.
  woken_.exchange(false);
  size_t found = 0;
  auto fd = ready_fds_.begin();
  for (; fd != ready_fds_.end() && found < events.size(); ++fd) {
    const auto it = watches_.find(*fd);
    if (it == watches_.end()) continue;
    const Readiness ready = std::exchange(it->second.ready, Readiness());
    if (ready.empty()) continue;
    events[found++] = {.events = ready.bits(), .data = {.ptr = it->second.watcher}};
  }
  ready_fds_.erase(ready_fds_.begin(), fd);
  return static_cast<int>(found);
}

}  // namespace rondo
