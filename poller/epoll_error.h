// What it means when epoll_ctl fails.
#ifndef RONDO_POLLER_EPOLL_ERROR_H_
#define RONDO_POLLER_EPOLL_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo {

// The status for the errno `error` of epoll_ctl; `operation` is "add" or "modify".
absl::Status EpollCtlError(int error, absl::string_view operation, int fd);

}  // namespace rondo

#endif  // RONDO_POLLER_EPOLL_ERROR_H_
