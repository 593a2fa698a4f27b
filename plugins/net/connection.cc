#include "plugins/net/connection.h"

#include <sys/socket.h>

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
  if (state == kConnecting) writable_ = false;
}

absl::StatusOr<ConnectionPtr> Connection::Open(Loop& loop, OwnedFd& fd, const Address& peer,
                                               State state) {
  ConnectionPtr connection(new Connection(loop, peer, state));
  absl::Status status = connection->Socket::Open(fd, kInterest);
  if (!status.ok()) return status;
  return connection;
}

int64_t Connection::Receive(char* data, size_t size) {
  if (closed() || end_reported_) return kFailed;
  if (!readable_ || !Admit()) return kBlocked;
  ssize_t received;
  do {
    received = ::recv(fd(), data, size, 0);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return ReceivedNothing(received < 0 ? errno : 0);
  // Less than there was room for: nothing is left, and epoll will tell of more. Once it has told
  // of the end it will not tell again, so the end is read without being asked to. And a recv stops
  // in front of urgent data too, whatever is behind them: only EAGAIN says that nothing is left.
  if (static_cast<size_t>(received) < size && !read_ends_ && !urgent_) readable_ = false;
  return received;
}

int64_t Connection::ReceivedNothing(int error) {
  if (error == EAGAIN) readable_ = false;
  if (WaitsFor(error)) return kBlocked;
  // An error is told by the kernel once, and maybe was to a Send: what follows it is no end.
  if (error != 0) Broke(error);
  if (receive_error_ != 0) return kFailed;
  end_reported_ = true;
  return 0;
}

// The kernel had no buffer: the socket is as ready as before, so that epoll has nothing to tell
// when there is one again.
bool Connection::WaitsFor(int error) {
  if (error == ENOBUFS) ServeAfterDelay();
  return error == EAGAIN || error == ENOBUFS;
}

int64_t Connection::Send(const char* data, size_t size) {
  if (closed() || shut_down_ || send_error_ != 0) return kFailed;
  if (!writable_ || !Admit()) return kBlocked;
  ssize_t sent;
  do {
    sent = ::send(fd(), data, size, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return SentNothing(errno);
  // The buffer is full, and epoll will tell when it is not.
  if (static_cast<size_t>(sent) < size && !write_ends_) writable_ = false;
  return sent;
}

int64_t Connection::SentNothing(int error) {
  if (error == EAGAIN) writable_ = false;
  if (WaitsFor(error)) return kBlocked;
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
  EndWaits();
}

void Connection::EndWaits() {
  readable_ = true;
  writable_ = true;
  ServeLater();
}

absl::Status Connection::receive_status() const {
  if (closed()) return FailedPrecondition("read", "the stream is closed");
  if (receive_error_ != 0) return ErrnoStatus(receive_error_, "read");
  return absl::OutOfRangeError(
      absl::StrCat("read ", address(), ": its end has been reported before"));
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
  EndWaits();
  return absl::OkStatus();
}

absl::Status Connection::FailedPrecondition(absl::string_view operation,
                                            absl::string_view why) const {
  return absl::FailedPreconditionError(absl::StrCat(operation, " ", address(), ": ", why));
}

std::string Connection::Describe() const { return absl::StrCat("tcp ", address()); }

}  // namespace rondo::net::internal
