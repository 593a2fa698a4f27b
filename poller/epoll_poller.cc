#include "poller/epoll_poller.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>

#include "absl/memory/memory.h"
#include "poller/epoll_error.h"

namespace rondo {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerMilli = 1'000'000;

// An event is given away as a Readiness.
static_assert(Readiness(Readiness::kReadable).bits() == EPOLLIN);
static_assert(Readiness(Readiness::kUrgent).bits() == EPOLLPRI);
static_assert(Readiness(Readiness::kWritable).bits() == EPOLLOUT);
static_assert(Readiness(Readiness::kError).bits() == EPOLLERR);
static_assert(Readiness(Readiness::kHungUp).bits() == EPOLLHUP);
static_assert(Readiness(Readiness::kPeerClosed).bits() == EPOLLRDHUP);

uint32_t ToEpoll(Readiness interest, Trigger trigger) {
  return interest.bits() | (trigger == Trigger::kEdge ? EPOLLET : 0);
}

// Rounded up: a timer must not be early.
int ToMillis(int64_t nanos) {
  if (nanos < 0) return -1;
  const int64_t millis = nanos / kNanosPerMilli + (nanos % kNanosPerMilli != 0 ? 1 : 0);
  return static_cast<int>(std::min<int64_t>(millis, std::numeric_limits<int>::max()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Poller>> EpollPoller::Create() {
  auto poller = absl::WrapUnique(new EpollPoller);
  if (absl::Status status = poller->Open(); !status.ok()) return status;
  return poller;
}

absl::Status EpollPoller::Open() {
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd_ < 0) return absl::ErrnoToStatus(errno, "epoll_create1");
  if (absl::Status status = wake_.Open(); !status.ok()) return status;
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_.fd(), &event) != 0) {
    return EpollCtlError(errno, "add", wake_.fd());
  }
  return absl::OkStatus();
}

EpollPoller::~EpollPoller() {
  if (epoll_fd_ >= 0) close(epoll_fd_);
}

Poller::Stats EpollPoller::stats() const {
  Stats stats = Poller::stats();
  stats.wake_writes = wake_.writes();
  return stats;
}

absl::Status EpollPoller::DoAdd(Watcher& watcher, int fd, Readiness interest, Trigger trigger) {
  epoll_event event = {.events = ToEpoll(interest, trigger), .data = {.ptr = &watcher}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) {
    return EpollCtlError(errno, "add", fd);
  }
  return absl::OkStatus();
}

absl::Status EpollPoller::DoModify(Watcher& watcher, Readiness interest) {
  epoll_event event = {.events = ToEpoll(interest, watcher.trigger()), .data = {.ptr = &watcher}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, watcher.fd(), &event) != 0) {
    return EpollCtlError(errno, "modify", watcher.fd());
  }
  return absl::OkStatus();
}

void EpollPoller::DoRemove(Watcher& watcher) {
  // Closing the fd would not do: as long as it has a duplicate the kernel keeps the registration,
  // and with it the address of a watcher that may be gone. A failure (EBADF, ENOENT) means that
  // there is no registration under this number any more.
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, watcher.fd(), nullptr);
}

int EpollPoller::DoWait(int64_t timeout_nanos, absl::Span<epoll_event> events) {
  if (timeout_nanos != 0 && !wake_.BeginSleep()) timeout_nanos = 0;
  const int found = events.empty() ? 0 : WaitForEvents(timeout_nanos, events);
  const int error = found < 0 ? errno : 0;
  wake_.EndSleep();
  if (found >= 0) return found;
  return error == EINTR ? 0 : -error;
}

int EpollPoller::WaitForEvents(int64_t timeout_nanos, absl::Span<epoll_event> events) {
  const int size = static_cast<int>(events.size());
  // Without a time to tell, the older call does the same for less.
  if (timeout_nanos > 0 && has_nanoseconds_) {
    const timespec timeout = {.tv_sec = timeout_nanos / kNanosPerSecond,
                              .tv_nsec = timeout_nanos % kNanosPerSecond};
    const int found = epoll_pwait2(epoll_fd_, events.data(), size, &timeout, nullptr);
    // ENOSYS: Linux before 5.11. EPERM: a sandbox that forbids what it does not know.
    if (found >= 0 || (errno != ENOSYS && errno != EPERM)) return found;
    has_nanoseconds_ = false;
  }
  return epoll_wait(epoll_fd_, events.data(), size, ToMillis(timeout_nanos));
}

}  // namespace rondo
