// A descriptor that closes itself. Internal.
#ifndef RONDO_PLUGINS_NET_OWNED_FD_H_
#define RONDO_PLUGINS_NET_OWNED_FD_H_

#include <unistd.h>

#include <utility>

namespace rondo::net::internal {

// A descriptor, or what a system call gave instead of one.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
  OwnedFd& operator=(OwnedFd&&) = delete;
  ~OwnedFd() {
    if (ok()) ::close(fd_);
  }

  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_OWNED_FD_H_
