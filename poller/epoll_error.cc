#include "poller/epoll_error.h"

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace rondo {

absl::Status EpollCtlError(int error, absl::string_view operation, int fd) {
  absl::Status status =
      absl::ErrnoToStatus(error, absl::StrCat("epoll_ctl ", operation, " fd ", fd));
  switch (error) {
    case EBADF:
    case ELOOP:  // Pollers that would watch each other.
      return absl::InvalidArgumentError(status.message());
    case EPERM:
      return absl::FailedPreconditionError(absl::StrCat(
          status.message(), ": regular files and directories are always ready; use the fs plugin"));
    default:
      return status;
  }
}

}  // namespace rondo
