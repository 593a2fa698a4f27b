#include "plugins/net/unix_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rondo::net::internal {

absl::Status ToUnixAddress(absl::string_view path, sockaddr_un& address, socklen_t& size) {
  const auto error = [path](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("\"", absl::CEscape(path), "\" ", why));
  };
  address = {};
  if (path.empty()) return error("is no path");
  if (path.size() >= sizeof(address.sun_path)) {
    return error(absl::StrCat("is longer than ", sizeof(address.sun_path) - 1, " bytes"));
  }
  if (path.find('\0') != absl::string_view::npos) return error("has a NUL byte");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (path[0] == '@') {
    address.sun_path[0] = '\0';
  } else {
    ++size;  // The NUL at the end.
  }
  return absl::OkStatus();
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat info;
  if (::lstat(path_.c_str(), &info) != 0) {
    path_.clear();
    return;
  }
  device_ = info.st_dev;
  inode_ = info.st_ino;
}

void SocketFile::Remove() {
  struct stat info;
  if (!path_.empty() && ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
      info.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

}  // namespace rondo::net::internal
