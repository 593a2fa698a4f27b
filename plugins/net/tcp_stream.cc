#include "plugins/net/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/socket_options.h"

namespace rondo::net {
namespace internal {

bool ReadOperation::Try() {
  DCHECK(!buffer_.empty());
  const int64_t received = connection_.Receive(buffer_.data(), buffer_.size());
  if (received == Connection::kBlocked) return false;
  if (received == Connection::kFailed) {
    size_ = connection_.receive_status();
  } else {
    size_ = static_cast<size_t>(received);
  }
  return true;
}

bool WriteOperation::Try() {
  while (!left_.empty()) {
    const int64_t sent = connection_.Send(left_.data(), left_.size());
    if (sent == Connection::kBlocked) return false;
    if (sent == Connection::kFailed) {
      status_ = connection_.send_status();
      return true;
    }
    left_.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace internal

using internal::Connection;

std::optional<absl::StatusOr<size_t>> TcpStream::TryRead(absl::Span<char> buffer) {
  DCHECK(!buffer.empty());
  const int64_t received = connection_->Receive(buffer.data(), buffer.size());
  if (received == Connection::kBlocked) return std::nullopt;
  if (received == Connection::kFailed) return connection_->receive_status();
  return static_cast<size_t>(received);
}

absl::StatusOr<size_t> TcpStream::TryWrite(absl::string_view data) {
  if (data.empty()) return 0;
  const int64_t sent = connection_->Send(data.data(), data.size());
  if (sent == Connection::kBlocked) return 0;
  if (sent == Connection::kFailed) return connection_->send_status();
  return static_cast<size_t>(sent);
}

absl::Status TcpStream::ShutdownWrite() { return connection_->ShutdownWrite(); }

void TcpStream::Reset() {
  if (closed()) return;
  const linger abort = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connection_->fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  Close();
}

absl::Status TcpStream::SetNoDelay(bool no_delay) {
  if (internal::SetOption(connection_->fd(), IPPROTO_TCP, TCP_NODELAY, no_delay ? 1 : 0) != 0) {
    return connection_->ErrnoStatus(errno, "set no-delay of");
  }
  return absl::OkStatus();
}

absl::StatusOr<Address> TcpStream::local_address() const {
  return internal::LocalAddress(connection_->fd());
}

}  // namespace rondo::net
