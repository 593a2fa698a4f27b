#include "plugins/net/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/net/connection.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket_options.h"

namespace rondo::net {
namespace {

// Rounded up; 0: out of range.
int WholeSeconds(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  return seconds >= 1 && seconds <= std::numeric_limits<int16_t>::max() ? static_cast<int>(seconds)
                                                                        : 0;
}

}  // namespace

absl::StatusOr<TcpStream> TcpStream::Adopt(Loop& loop, int fd) {
  absl::StatusOr<Address> peer = internal::PrepareAdopted(fd, IPPROTO_TCP);
  if (!peer.ok()) return peer.status();
  internal::OwnedFd owned(fd);
  absl::StatusOr<internal::ConnectionPtr> connection =
      internal::Connection::Open(loop, owned, *peer, internal::Connection::kConnected);
  if (!connection.ok()) {
    owned.Release();
    return connection.status();
  }
  return TcpStream(*std::move(connection));
}

absl::Status TcpStream::SetNoDelay(bool no_delay) {
  return Set(IPPROTO_TCP, TCP_NODELAY, no_delay ? 1 : 0, "set no-delay of");
}

absl::Status TcpStream::SetKeepAlive(const KeepAlive& keep_alive) {
  constexpr absl::string_view kOperation = "set keep-alive of";
  const int idle = WholeSeconds(keep_alive.idle);
  const int interval = WholeSeconds(keep_alive.interval);
  if (idle == 0 || interval == 0 || keep_alive.probes < 1 || keep_alive.probes > 127) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, " ", peer_address(), ": out of range"));
  }
  for (const auto& [level, option, value] :
       {std::tuple<int, int, int>(IPPROTO_TCP, TCP_KEEPIDLE, idle),
        std::tuple<int, int, int>(IPPROTO_TCP, TCP_KEEPINTVL, interval),
        std::tuple<int, int, int>(IPPROTO_TCP, TCP_KEEPCNT, keep_alive.probes),
        std::tuple<int, int, int>(SOL_SOCKET, SO_KEEPALIVE, 1)}) {
    absl::Status status = Set(level, option, value, kOperation);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TcpStream::StopKeepAlive() {
  return Set(SOL_SOCKET, SO_KEEPALIVE, 0, "set keep-alive of");
}

absl::Status TcpStream::SetUserTimeout(absl::Duration timeout) {
  constexpr absl::string_view kOperation = "set user timeout of";
  const int64_t millis = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  if (millis < 0 || millis > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, " ", peer_address(), ": out of range"));
  }
  return Set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(millis), kOperation);
}

absl::StatusOr<Address> TcpStream::local_address() const {
  return internal::LocalAddress(channel_->fd());
}

}  // namespace rondo::net
