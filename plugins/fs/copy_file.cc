#include "plugins/fs/copy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/copy_content.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/preserve.h"

namespace rondo::fs::internal {
namespace {

// The file that is written; removed again, unless it was there before or is finished.
class Copy {
 public:
  explicit Copy(const CopyFile& request) : request_(request) {}
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  ~Copy() {
    if (created_ && StillThere()) unlink(request_.to.c_str());
  }

  absl::Status Open(const struct stat& from);
  absl::Status Finish(const struct stat& from);
  int fd() const { return fd_.get(); }

 private:
  bool StillThere() const {
    struct stat there;
    struct stat ours;
    return lstat(request_.to.c_str(), &there) == 0 && fstat(fd(), &ours) == 0 &&
           there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
  }

  const CopyFile& request_;
  UniqueFd fd_;
  bool created_ = false;
};

absl::Status Copy::Open(const struct stat& from) {
  if (absl::Status status = CheckPath("open", request_.to); !status.ok()) return status;
  const mode_t mode = request_.preserve ? 0600 : from.st_mode & 0777;
  fd_ = TryOpenAt(AT_FDCWD, request_.to, O_WRONLY | O_CREAT | O_EXCL, mode);
  created_ = static_cast<bool>(fd_);
  if (!fd_ && errno == EEXIST && !request_.exclusive) {
    // With O_CREAT again for a symbolic link to what is still to be made.
    fd_ = TryOpenAt(AT_FDCWD, request_.to, O_WRONLY | O_CREAT, mode);
  }
  if (!fd_) return PathError(errno, "open", request_.to);
  struct stat to;
  if (fstat(fd(), &to) < 0) return PathError(errno, "stat", request_.to);
  if (to.st_dev == from.st_dev && to.st_ino == from.st_ino) {
    return absl::InvalidArgumentError(absl::StrCat("copy ", Quoted(request_.from), " to ",
                                                   Quoted(request_.to), ": the same file"));
  }
  if (!S_ISREG(to.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("copy to ", Quoted(request_.to), ": not a regular file"));
  }
  if (to.st_size > 0 && ftruncate(fd(), 0) < 0) return PathError(errno, "truncate", request_.to);
  return absl::OkStatus();
}

absl::Status Copy::Finish(const struct stat& from) {
  if (request_.preserve) {
    if (const int error = PreserveOf(from, fd()); error != 0) {
      return PathError(error, "keep the attributes of", request_.from);
    }
  }
  if (request_.sync && fsync(fd()) < 0) return PathError(errno, "sync", request_.to);
  // By the destructor it would be too late to look whether the file is ours.
  const bool created = std::exchange(created_, false);
  if (const int error = fd_.Close(); error != 0) {
    if (created) unlink(request_.to.c_str());
    return PathError(error, "close", request_.to);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> CopyOpenFile(int from, const CopyFile& request, StopRequested stopped) {
  struct stat info;
  if (fstat(from, &info) < 0) return PathError(errno, "stat", request.from);
  if (S_ISDIR(info.st_mode)) return PathError(EISDIR, "copy", request.from);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("copy ", Quoted(request.from), ": not a regular file"));
  }
  Copy copy(request);
  if (absl::Status status = copy.Open(info); !status.ok()) return status;
  int64_t copied = 0;
  if (const int error = CopyContent(from, copy.fd(), copied, stopped); error != 0) {
    return absl::ErrnoToStatus(
        error, absl::StrCat("copy ", Quoted(request.from), " to ", Quoted(request.to), " (", copied,
                            " bytes copied)"));
  }
  if (absl::Status status = copy.Finish(info); !status.ok()) return status;
  return copied;
}

absl::StatusOr<int64_t> CopyOneFile(const CopyFile& request, StopRequested stopped) {
  absl::StatusOr<UniqueFd> from = Open(request.from, O_RDONLY);
  if (!from.ok()) return from.status();
  return CopyOpenFile(from->get(), request, stopped);
}

}  // namespace rondo::fs::internal
