#include "plugins/crypto/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/files.h"

namespace rondo::crypto::internal {

absl::Status OutputFile::Error(absl::string_view what) const {
  return absl::ErrnoToStatus(errno, absl::StrCat(operation_, ": ", what, " ", Quoted(path_)));
}

absl::StatusOr<OutputFile> OutputFile::Create(absl::string_view operation,
                                              const std::string& path) {
  if (path.empty() || path.find('\0') != path.npos) {
    return absl::InvalidArgumentError(absl::StrCat(operation, ": create ", Quoted(path),
                                                   ": a path is not empty and holds no NUL"));
  }
  OutputFile file(operation, path);
  std::string name = path + ".XXXXXX";
  file.fd_ = mkostemp(name.data(), O_CLOEXEC);
  if (file.fd_ < 0) return file.Error("create");
  file.temporary_ = std::move(name);
  return file;
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status OutputFile::Write(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t count = write(fd_, data.data(), data.size());
    if (count >= 0) {
      data.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR) {
      return Error("write");
    }
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  if (fsync(fd_) < 0) return Error("sync");
  if (rename(temporary_.c_str(), path_.c_str()) < 0) return Error("rename to");
  temporary_.clear();
  const size_t slash = path_.rfind('/');
  const std::string folder = slash == path_.npos ? "." : slash == 0 ? "/" : path_.substr(0, slash);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error("open the folder of");
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  errno = error;
  return result == 0 ? absl::OkStatus() : Error("sync the folder of");
}

}  // namespace rondo::crypto::internal
