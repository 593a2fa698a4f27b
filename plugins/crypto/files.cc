#include "plugins/crypto/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rondo::crypto::internal {

absl::Status Stopped(absl::string_view operation) {
  return absl::CancelledError(absl::StrCat(operation, ": the caller has stopped waiting"));
}

std::string Quoted(absl::string_view path) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(path), "\"");
}

absl::StatusOr<InputFile> InputFile::Open(absl::string_view operation, const std::string& path) {
  if (path.find('\0') != path.npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": open ", Quoted(path), ": a path cannot hold a NUL"));
  }
  int fd;
  do {
    // Not to wait for the other end of a FIFO.
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(operation, ": open ", Quoted(path)));
  }
  InputFile file(operation, path, fd);
  struct stat info;
  if (fstat(fd, &info) < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(operation, ": stat ", Quoted(path)));
  }
  const char* const other = S_ISDIR(info.st_mode)    ? "a directory"
                            : S_ISFIFO(info.st_mode) ? "a FIFO"
                            : S_ISSOCK(info.st_mode) ? "a socket"
                                                     : nullptr;
  if (other != nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat(operation, ": read ", Quoted(path), ": it is ", other));
  }
  return file;
}

InputFile::~InputFile() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<size_t> InputFile::Read(absl::Span<char> buffer) {
  size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = read(fd_, buffer.data() + done, buffer.size() - done);
    if (count == 0) break;
    if (count > 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, absl::StrCat(operation_, ": read ", Quoted(path_)));
    }
  }
  return done;
}

}  // namespace rondo::crypto::internal
