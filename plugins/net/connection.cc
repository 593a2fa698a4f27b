#include "plugins/net/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"

namespace rondo::net::internal {
namespace {

constexpr Readiness kInterest =
    Readiness::kReadable | Readiness::kUrgent | Readiness::kWritable | Readiness::kPeerClosed;

}  // namespace

Connection::Connection(Loop& loop, const Address& peer, State state) : Socket(loop, peer) {
  if (state == kConnecting) ready_ = ready_.Without(Readiness::kWritable);
}

absl::StatusOr<ConnectionPtr> Connection::Open(Loop& loop, OwnedFd& fd, const Address& peer,
                                               State state) {
  return Open(ConnectionPtr(new Connection(loop, peer, state)), fd);
}

absl::StatusOr<ConnectionPtr> Connection::Open(ConnectionPtr connection, OwnedFd& fd) {
  absl::Status status = connection->Socket::Open(fd, kInterest);
  if (!status.ok()) return status;
  return connection;
}

int64_t Connection::ReceiveMessage(msghdr& message, size_t size) {
  if (!readable()) return closed() || end_reported_ ? kFailed : kBlocked;
  if (!Admit()) return kBlocked;
  ssize_t received;
  do {
    received = ::recvmsg(fd(), &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return ReceivedNothing(nullptr, 0, received == 0 ? 0 : -errno);
  if (static_cast<size_t>(received) < size) ReceivedAll();
  return received;
}

int64_t Connection::ReceivedNothing(char* data, size_t size, int64_t result) {
  const int error = static_cast<int>(-result);
  if (error == EINTR) return Receive(data, size);
  if (error == EAGAIN) ready_ = ready_.Without(Readiness::kReadable);
  if (WaitsFor(error)) return kBlocked;
  // An error is told by the kernel once, and maybe was to a Send: what follows it is no end.
  if (error != 0) Broke(error);
  ready_ = ready_.Without(Readiness::kReadable);
  const bool reported = end_reported_;
  end_reported_ = true;
  return reported || receive_error_ != 0 ? kFailed : 0;
}

// The kernel had no buffer: the socket is as ready as before, so that epoll has nothing to tell
// when there is one again.
bool Connection::WaitsFor(int error) {
  if (error == ENOBUFS) ServeAfterDelay();
  return error == EAGAIN || error == ENOBUFS;
}

int64_t Connection::SendParts(absl::Span<const absl::string_view> parts, size_t offset) {
  constexpr size_t kMost = 64;  // What one call takes, and the stack.
  iovec pieces[kMost];
  const size_t count = std::min(parts.size(), kMost);
  size_t size = 0;
  for (size_t i = 0; i < count; ++i) {
    const absl::string_view part = parts[i].substr(i == 0 ? offset : 0);
    pieces[i] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
    size += part.size();
  }
  msghdr message = {};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  return SendMessage(message, size);
}

int64_t Connection::SendMessage(const msghdr& message, size_t size, int* refused) {
  if (!writable()) return closed() || shut_down_ || send_error_ != 0 ? kFailed : kBlocked;
  if (!Admit()) return kBlocked;
  ssize_t sent;
  do {
    sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && refused != nullptr && (errno == EBADF || errno == ETOOMANYREFS)) {
    *refused = errno;
    return kFailed;
  }
  if (sent < 0) return SentNothing(nullptr, 0, -errno);
  if (static_cast<size_t>(sent) < size) SentAPart();
  return sent;
}

int64_t Connection::SentNothing(const char* data, size_t size, int64_t result) {
  const int error = static_cast<int>(-result);
  if (error == EINTR) return Send(data, size);
  if (error == EAGAIN) ready_ = ready_.Without(Readiness::kWritable);
  if (WaitsFor(error)) return kBlocked;
  // From now on without a system call.
  ready_ = ready_.Without(Readiness::kWritable);
  if (shut_down_ || send_error_ != 0) return kFailed;  // As it did before.
  if (error == EPIPE) {
    send_error_ = EPIPE;  // What the peer sent before can still be read.
  } else {
    Broke(error);
  }
  return kFailed;
}

void Connection::Broke(int error) {
  receive_error_ = error;
  send_error_ = error;
  ready_ |= Readiness::kReadable;  // What came before can still be read.
  EndWrites();
}

void Connection::EndWrites() {
  ready_ = ready_.Without(Readiness::kWritable);
  ServeLater();
}

absl::Status Connection::receive_status() const {
  if (closed()) return FailedPrecondition("read", "the stream is closed");
  if (receive_error_ != 0) return ErrnoStatus(receive_error_, "read");
  return absl::OutOfRangeError(
      absl::StrCat("read ", Subject(), ": its end has been reported before"));
}

absl::Status Connection::send_status() const {
  if (closed()) return FailedPrecondition("write", "the stream is closed");
  if (send_error_ != 0) return ErrnoStatus(send_error_, "write");
  return FailedPrecondition("write", "the stream is shut down for writing");
}

absl::Status Connection::ShutdownWrite() {
  if (closed()) return FailedPrecondition("shut down", "the stream is closed");
  if (shut_down_) return absl::OkStatus();
  if (::shutdown(fd(), SHUT_WR) != 0) return ErrnoStatus(errno, "shut down");
  shut_down_ = true;
  EndWrites();
  return absl::OkStatus();
}

void Connection::Reset() {
  if (closed()) return;
  const linger abort = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  Close();
}

absl::Status Connection::FailedPrecondition(absl::string_view operation,
                                            absl::string_view why) const {
  return absl::FailedPreconditionError(absl::StrCat(operation, " ", Subject(), ": ", why));
}

std::string Connection::Describe() const { return absl::StrCat("tcp ", address()); }

}  // namespace rondo::net::internal
