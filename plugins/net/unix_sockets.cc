#include "plugins/net/unix_sockets.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/unix_connection.h"
#include "plugins/net/unix_path.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {
namespace {

// The kernel does not tell when the backlog of a Unix socket has room again.
constexpr absl::Duration kRetryDelay = absl::Milliseconds(5);

OwnedFd OpenUnix() {
  return OwnedFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Whether a socket is at the address and nobody listens there.
bool IsStale(const sockaddr_un& address, socklen_t size) {
  const OwnedFd fd = OpenUnix();
  return fd.ok() && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 &&
         errno == ECONNREFUSED;
}

bool Bind(int fd, const ListenUnix& request, const sockaddr_un& address, socklen_t size) {
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd, name, size) == 0) return true;
  if (errno != EADDRINUSE) return false;
  if (!request.replace_stale || request.path[0] == '@' || !IsStale(address, size)) {
    errno = EADDRINUSE;
    return false;
  }
  return ::unlink(request.path.c_str()) == 0 && ::bind(fd, name, size) == 0;
}

absl::Status Prefixed(absl::string_view prefix, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

}  // namespace

absl::StatusOr<UnixListener> StartUnixListener(Loop& loop, const ListenUnix& request) {
  sockaddr_un address;
  socklen_t size = 0;
  if (absl::Status status = ToUnixAddress(request.path, address, size); !status.ok()) {
    return Prefixed("listen on ", status);
  }
  OwnedFd fd = OpenUnix();
  if (!fd.ok() || !Bind(fd.get(), request, address, size)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("listen on ", request.path));
  }
  SocketFile file = request.path[0] == '@' ? SocketFile() : SocketFile(request.path);
  if (::listen(fd.get(), request.backlog) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("listen on ", request.path));
  }
  absl::StatusOr<AcceptorPtr> acceptor = Acceptor::OpenUnix(loop, std::move(fd), request.path);
  if (!acceptor.ok()) return acceptor.status();
  return UnixListener(*std::move(acceptor), std::move(file));
}

Task<absl::StatusOr<UnixStream>> ConnectToUnix(ConnectUnix request) {
  TaskScope& scope = co_await CurrentScope();
  sockaddr_un address;
  socklen_t size = 0;
  if (absl::Status status = ToUnixAddress(request.path, address, size); !status.ok()) {
    co_return Prefixed("connect ", status);
  }
  OwnedFd fd = OpenUnix();
  if (!fd.ok()) co_return absl::ErrnoToStatus(errno, absl::StrCat("connect ", request.path));
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) {
      co_return absl::ErrnoToStatus(errno, absl::StrCat("connect ", request.path));
    }
    if (absl::Status status = co_await Sleep(kRetryDelay); !status.ok()) co_return status;
  }
  absl::StatusOr<ConnectionPtr> connection =
      UnixConnection::Open(scope.loop(), fd, std::move(request.path));
  if (!connection.ok()) co_return connection.status();
  co_return UnixStream(*std::move(connection));
}

}  // namespace rondo::net::internal
