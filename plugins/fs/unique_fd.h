// A file descriptor that closes itself.
#ifndef RONDO_PLUGINS_FS_UNIQUE_FD_H_
#define RONDO_PLUGINS_FS_UNIQUE_FD_H_

#include <errno.h>
#include <unistd.h>

#include <utility>

namespace rondo::fs::internal {

// Owns a file descriptor, or none. Movable; thread-compatible.
class [[nodiscard]] UniqueFd {
 public:
  UniqueFd() = default;
  // -1: none, so that what open returns can be given as it is.
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  // Closes it where it matters whether that fails: some file systems say only now that what was
  // written has no place. 0 or an errno; the descriptor is gone in any case.
  int Close() {
    if (::close(std::exchange(fd_, -1)) == 0) return 0;
    return errno == EINTR ? 0 : errno;  // Linux has closed it all the same.
  }

 private:
  int fd_ = -1;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_UNIQUE_FD_H_
