#include "plugins/net/pipe_channel.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace rondo::net::internal {
namespace {

constexpr Readiness kInterest =
    Readiness::kReadable | Readiness::kWritable | Readiness::kPeerClosed;

// As write, but a pipe without a reader is an error and no signal. There is no flag for that, and
// what the process does with SIGPIPE is not ours to change.
ssize_t WriteWithoutSignal(int fd, const char* data, size_t size) {
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const ssize_t written = ::write(fd, data, size);
  const int error = errno;
  if (written < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
    const timespec none = {};
    while (sigtimedwait(&pipe, nullptr, &none) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

}  // namespace

void PipeReleaser::operator()(PipeChannel* channel) const {
  channel->Close();
  Socket::Releaser()(channel);
}

absl::StatusOr<PipeChannelPtr> PipeChannel::Open(Loop& loop, OwnedFd& fd, std::string name,
                                                 int restore_flags) {
  PipeChannelPtr channel(new PipeChannel(loop, std::move(name), restore_flags));
  absl::Status status = channel->Socket::Open(fd, kInterest);
  if (!status.ok()) return status;
  return channel;
}

int64_t PipeChannel::Receive(char* data, size_t size) {
  if (closed() || end_reported_ || receive_error_ != 0) return kFailed;
  if (!readable() || !Admit()) return kBlocked;
  ssize_t received;
  do {
    received = ::read(fd(), data, size);
  } while (received < 0 && errno == EINTR);
  if (received > 0) return received;
  if (received == 0) {
    end_reported_ = true;
    return 0;
  }
  if (errno == EAGAIN) {
    ready_ = ready_.Without(Readiness::kReadable);
    return kBlocked;
  }
  receive_error_ = errno;
  return kFailed;
}

int64_t PipeChannel::Send(const char* data, size_t size) {
  if (closed() || send_error_ != 0) return kFailed;
  if (!writable() || !Admit()) return kBlocked;
  ssize_t sent;
  do {
    sent = WriteWithoutSignal(fd(), data, size);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return sent;
  if (errno == EAGAIN) {
    ready_ = ready_.Without(Readiness::kWritable);
    return kBlocked;
  }
  send_error_ = errno;
  return kFailed;
}

int64_t PipeChannel::SendParts(absl::Span<const absl::string_view> parts, size_t offset) {
  return Send(parts[0].data() + offset, parts[0].size() - offset);
}

absl::Status PipeChannel::receive_status() const {
  if (end_reported_ && !closed()) {
    return absl::OutOfRangeError(
        absl::StrCat("read ", name_, ": its end has been reported before"));
  }
  return StatusOf("read", receive_error_);
}

absl::Status PipeChannel::send_status() const { return StatusOf("write", send_error_); }

absl::Status PipeChannel::StatusOf(absl::string_view operation, int error) const {
  if (closed()) {
    return absl::FailedPreconditionError(
        absl::StrCat(operation, " ", name_, ": the stream is closed"));
  }
  return ErrnoStatus(error, operation);
}

absl::Status PipeChannel::ShutdownWrite() {
  if (closed()) return StatusOf("shut down", 0);
  Close();
  return absl::OkStatus();
}

void PipeChannel::Close() {
  // What others share with this descriptor must be for them as it was.
  if (!closed() && restore_flags_ >= 0) ::fcntl(fd(), F_SETFL, restore_flags_);
  Socket::Close();
}

}  // namespace rondo::net::internal
