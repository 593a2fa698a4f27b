#include "poller/wake_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "absl/log/check.h"

namespace rondo {

WakeFd::~WakeFd() {
  if (fd_ >= 0) close(fd_);
}

absl::Status WakeFd::Open() {
  DCHECK_LT(fd_, 0);
  fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd_ < 0) return absl::ErrnoToStatus(errno, "eventfd");
  return absl::OkStatus();
}

void WakeFd::Write() {
  writes_.fetch_add(1, std::memory_order_relaxed);
  const uint64_t one = 1;
  ssize_t written;
  do {
    written = write(fd_, &one, sizeof(one));
  } while (written < 0 && errno == EINTR);
  // Its only other failure is to be full, after 2^64 - 2 writes.
  PCHECK(written == sizeof(one)) << "write to eventfd " << fd_;
}

}  // namespace rondo
