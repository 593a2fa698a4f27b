#include "plugins/net/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "plugins/net/socket_options.h"

namespace rondo::net {
namespace internal {

bool ReadOperation::Fails() {
  failure_ = connection_.receive_status();
  return true;
}

bool WriteOperation::Fails() {
  status_ = connection_.send_status();
  return true;
}

}  // namespace internal

absl::StatusOr<size_t> TcpStream::ReadFailure() const { return connection_->receive_status(); }

absl::StatusOr<size_t> TcpStream::WriteFailure() const { return connection_->send_status(); }

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
