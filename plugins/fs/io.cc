#include "plugins/fs/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// How much is written between two questions to `stopped`.
constexpr size_t kWriteBytes = size_t{1} << 20;

// How often a wait for a FIFO or a device asks `stopped`.
constexpr int kWaitMillis = 20;

template <typename SystemCall>
auto Retry(SystemCall call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

// 0 when one of `events`, a hang-up or an error is there; else -1 and errno.
int Await(int fd, short events, StopRequested stopped) {
  pollfd wait = {.fd = fd, .events = events, .revents = 0};
  for (;;) {
    if (stopped()) {
      errno = ECANCELED;
      return -1;
    }
    const int ready = Retry([&] { return poll(&wait, 1, kWaitMillis); });
    if (ready != 0) return ready < 0 ? -1 : 0;
  }
}

// Calls `transfer` until it did some bytes or failed.
template <typename Transfer>
ssize_t TransferSome(int fd, short events, StopRequested stopped, Transfer transfer) {
  for (;;) {
    if (stopped()) {
      errno = ECANCELED;
      return -1;
    }
    const ssize_t count = Retry(transfer);
    if (count >= 0 || errno != EAGAIN) return count;
    if (Await(fd, events, stopped) < 0) return -1;
  }
}

}  // namespace

UniqueFd TryOpenAt(int at, const std::string& path, int flags, mode_t mode) {
  const auto open = [&](int more) {
    const int all = flags | O_CLOEXEC | O_NOCTTY | more;
    return UniqueFd(Retry([&] { return openat(at, path.c_str(), all, mode); }));
  };
  UniqueFd fd = open(O_NONBLOCK);
  // Somebody holds a lease on a regular file and has just been told to give it back.
  if (!fd && errno == EWOULDBLOCK) fd = open(0);
  return fd;
}

absl::StatusOr<UniqueFd> Open(const std::string& path, int flags, mode_t mode) {
  if (absl::Status status = CheckPath("open", path); !status.ok()) return status;
  UniqueFd fd = TryOpenAt(AT_FDCWD, path, flags, mode);
  if (!fd) return PathError(errno, "open", path);
  return fd;
}

ssize_t ReadSome(int fd, absl::Span<char> buffer, StopRequested stopped) {
  return TransferSome(fd, POLLIN, stopped, [&] { return read(fd, buffer.data(), buffer.size()); });
}

ssize_t ReadSomeAt(int fd, absl::Span<char> buffer, int64_t offset, StopRequested stopped) {
  return TransferSome(fd, POLLIN, stopped,
                      [&] { return pread(fd, buffer.data(), buffer.size(), offset); });
}

ssize_t WriteSomeAt(int fd, absl::string_view data, int64_t offset, StopRequested stopped) {
  return TransferSome(fd, POLLOUT, stopped,
                      [&] { return pwrite(fd, data.data(), data.size(), offset); });
}

ssize_t ReadVectorSome(int fd, absl::Span<const iovec> pieces, int64_t offset, size_t done,
                       StopRequested stopped) {
  const int count = static_cast<int>(pieces.size());
  return TransferSome(fd, POLLIN, stopped, [&] {
    return offset < 0 ? readv(fd, pieces.data(), count)
                      : preadv(fd, pieces.data(), count, offset + static_cast<int64_t>(done));
  });
}

ssize_t WriteVectorSome(int fd, absl::Span<const iovec> pieces, int64_t offset, size_t done,
                        StopRequested stopped) {
  const int count = static_cast<int>(pieces.size());
  return TransferSome(fd, POLLOUT, stopped, [&] {
    return offset < 0 ? writev(fd, pieces.data(), count)
                      : pwritev(fd, pieces.data(), count, offset + static_cast<int64_t>(done));
  });
}

bool IsFifo(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

int AwaitWriter(int fd, StopRequested stopped) { return Await(fd, POLLIN, stopped); }

absl::Status WriteAll(int fd, absl::string_view data, absl::string_view path,
                      StopRequested stopped) {
  size_t done = 0;
  while (done < data.size()) {
    const absl::string_view part = data.substr(done, kWriteBytes);
    const ssize_t count =
        TransferSome(fd, POLLOUT, stopped, [&] { return write(fd, part.data(), part.size()); });
    if (count <= 0) {
      return absl::ErrnoToStatus(
          count < 0 ? errno : EIO,
          absl::StrCat("write ", Quoted(path), " (", done, " of ", data.size(), " bytes written)"));
    }
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
