// Where a Unix socket is. Internal, but for being in unix_listener.h.
#ifndef RONDO_PLUGINS_NET_UNIX_PATH_H_
#define RONDO_PLUGINS_NET_UNIX_PATH_H_

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo::net::internal {

// Fills in `address` for a path, or for "@name", which is a name without a file, and `size`.
// Errors: INVALID_ARGUMENT (empty, too long, with a NUL).
absl::Status ToUnixAddress(absl::string_view path, sockaddr_un& address, socklen_t& size);

// The file that a listening socket has made, removed with this.
class SocketFile {
 public:
  // There is none.
  SocketFile() = default;
  // That which is at `path` now.
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept
      : path_(std::exchange(other.path_, "")), device_(other.device_), inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    Remove();
    path_ = std::exchange(other.path_, "");
    device_ = other.device_;
    inode_ = other.inode_;
    return *this;
  }
  ~SocketFile() { Remove(); }

  // Unless it is another by now.
  void Remove();

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UNIX_PATH_H_
