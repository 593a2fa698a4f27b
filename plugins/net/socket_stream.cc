#include "plugins/net/socket_stream.h"

#include <sys/socket.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "plugins/net/socket_options.h"

namespace rondo::net::internal {

absl::Status SocketStream::Set(int level, int option, int value, absl::string_view operation) {
  if (SetOption(channel_->fd(), level, option, value) == 0) return absl::OkStatus();
  return channel_->ErrnoStatus(errno, operation);
}

absl::StatusOr<int> SocketStream::Get(int level, int option, absl::string_view operation) const {
  int value = 0;
  socklen_t size = sizeof(value);
  if (::getsockopt(channel_->fd(), level, option, &value, &size) == 0) return value;
  return channel_->ErrnoStatus(errno, operation);
}

absl::Status SocketStream::SetReceiveBuffer(int bytes) {
  if (bytes <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("set receive buffer of ", channel_->Subject(), ": ", bytes, " bytes"));
  }
  return Set(SOL_SOCKET, SO_RCVBUF, bytes, "set receive buffer of");
}

absl::Status SocketStream::SetSendBuffer(int bytes) {
  if (bytes <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("set send buffer of ", channel_->Subject(), ": ", bytes, " bytes"));
  }
  return Set(SOL_SOCKET, SO_SNDBUF, bytes, "set send buffer of");
}

absl::StatusOr<int> SocketStream::receive_buffer() const {
  return Get(SOL_SOCKET, SO_RCVBUF, "receive buffer of");
}

absl::StatusOr<int> SocketStream::send_buffer() const {
  return Get(SOL_SOCKET, SO_SNDBUF, "send buffer of");
}

}  // namespace rondo::net::internal
