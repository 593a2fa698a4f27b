#include "plugins/net/pipe_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/owned_fd.h"

namespace rondo::net {
namespace {

using internal::OwnedFd;
using internal::PipeChannel;
using internal::PipeChannelPtr;

absl::StatusOr<PipeStream> Open(Loop& loop, OwnedFd& fd, std::string name, int restore_flags) {
  absl::StatusOr<PipeChannelPtr> channel =
      PipeChannel::Open(loop, fd, std::move(name), restore_flags);
  if (!channel.ok()) return channel.status();
  return PipeStream(*std::move(channel));
}

}  // namespace

absl::StatusOr<PipePair> PipeStream::Pair(Loop& loop) {
  int fds[2];
  if (::pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "make a pipe");
  OwnedFd out(fds[0]);
  OwnedFd in(fds[1]);
  absl::StatusOr<PipeStream> reader = Open(loop, out, "pipe", -1);
  if (!reader.ok()) return reader.status();
  absl::StatusOr<PipeStream> writer = Open(loop, in, "pipe", -1);
  if (!writer.ok()) return writer.status();
  return PipePair{*std::move(reader), *std::move(writer)};
}

absl::StatusOr<PipeStream> PipeStream::Adopt(Loop& loop, int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) {
    return absl::InvalidArgumentError(absl::StrCat("adopt descriptor ", fd, ": it is not open"));
  }
  OwnedFd owned(fd);
  absl::StatusOr<PipeStream> stream = Open(loop, owned, absl::StrCat("descriptor ", fd), -1);
  if (!stream.ok()) {
    owned.Release();
  } else if (::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
             ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("adopt descriptor ", fd));
  }
  return stream;
}

absl::StatusOr<PipeStream> PipeStream::StandardInput(Loop& loop) {
  return Duplicate(loop, STDIN_FILENO, "standard input");
}

absl::StatusOr<PipeStream> PipeStream::StandardOutput(Loop& loop) {
  return Duplicate(loop, STDOUT_FILENO, "standard output");
}

absl::StatusOr<PipeStream> PipeStream::Duplicate(Loop& loop, int fd, absl::string_view name) {
  OwnedFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  const int flags = copy.ok() ? ::fcntl(copy.get(), F_GETFL) : -1;
  if (flags < 0) return absl::ErrnoToStatus(errno, name);
  const int number = copy.get();
  absl::StatusOr<PipeStream> stream = Open(loop, copy, std::string(name), flags);
  if (stream.ok() && ::fcntl(number, F_SETFL, flags | O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, name);
  }
  return stream;
}

}  // namespace rondo::net
