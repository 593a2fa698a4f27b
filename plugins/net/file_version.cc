#include "plugins/net/file_version.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/owned_fd.h"

namespace rondo::net::internal {

absl::StatusOr<FileVersion> FileVersion::Of(const std::string& path) {
  FileVersion version;
  const OwnedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.ok()) {
    if (errno != EMFILE && errno != ENFILE && errno != ENOMEM) return version;
    return absl::ErrnoToStatus(errno, absl::StrCat("open \"", absl::CEscape(path), "\""));
  }
  struct stat file;
  if (::fstat(fd.get(), &file) != 0) return version;
  version.device_ = file.st_dev;
  version.inode_ = file.st_ino;
  version.size_ = file.st_size;
  version.seconds_ = file.st_mtim.tv_sec;
  version.nanoseconds_ = file.st_mtim.tv_nsec;
  return version;
}

}  // namespace rondo::net::internal
