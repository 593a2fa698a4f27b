#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/io.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/replace_target.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {
namespace {

// A file of a random name, which is removed unless it has got another.
class TempFile {
 public:
  explicit TempFile(int directory) : directory_(directory) {}
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() {
    if (!name_.empty()) unlinkat(directory_, name_.c_str(), 0);
  }

  // These return 0 or an errno.
  int Create(mode_t mode);
  // Gives it its final name.
  int MoveTo(const std::string& name, bool exclusive);

  UniqueFd& fd() { return fd_; }

 private:
  const int directory_;
  std::string name_;  // Empty: nothing to remove.
  UniqueFd fd_;
};

int TempFile::Create(mode_t mode) {
  for (;;) {
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) < 0) return errno;
    std::string name = absl::StrCat(".rondo-", absl::Hex(random, absl::kZeroPad16), ".tmp");
    fd_ = TryOpenAt(directory_, name, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd_) {
      name_ = std::move(name);
      return 0;
    }
    if (errno != EEXIST) return errno;
  }
}

int TempFile::MoveTo(const std::string& name, bool exclusive) {
  // A link never replaces anything, on any file system that has links; the destructor removes the
  // other name. The rename that never replaces is not to be had everywhere.
  const int result = exclusive ? linkat(directory_, name_.c_str(), directory_, name.c_str(), 0)
                               : renameat(directory_, name_.c_str(), directory_, name.c_str());
  if (result < 0) return errno;
  if (!exclusive) name_.clear();
  return 0;
}

absl::Status KeepOwner(const WriteFile& request, const struct stat& old, int fd) {
  struct stat made;
  if (fstat(fd, &made) < 0) return PathError(errno, "stat", request.path);
  if (made.st_uid == old.st_uid && made.st_gid == old.st_gid) return absl::OkStatus();
  if (fchown(fd, old.st_uid, old.st_gid) == 0) return absl::OkStatus();
  return PathError(errno, "keep the owner of", request.path);
}

// Gives the temporary file all that the final one has, on the disk too.
absl::Status Fill(const WriteFile& request, const Target& target, TempFile& temp,
                  StopRequested stopped) {
  const int fd = temp.fd().get();
  if (target.old.has_value()) {
    absl::Status status = KeepOwner(request, *target.old, fd);
    if (!status.ok()) return status;
  }
  absl::Status status = WriteAll(fd, request.data, request.path, stopped);
  if (!status.ok()) return status;
  // Last, because a change of the owner and every write take set-user-id away.
  if (target.old.has_value() && fchmod(fd, target.old->st_mode & 07777) < 0) {
    return PathError(errno, "keep the mode of", request.path);
  }
  if (fsync(fd) < 0) return PathError(errno, "sync", request.path);
  if (int error = temp.fd().Close(); error != 0) return PathError(error, "close", request.path);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplaceFile(const WriteFile& request, StopRequested stopped) {
  absl::StatusOr<Target> target = FindTarget(request);
  if (!target.ok()) return target.status();
  // Nobody but the owner sees the new content before it has the old permissions.
  constexpr mode_t kPrivate = 0600;
  TempFile temp(target->directory.get());
  if (int error = temp.Create(target->old.has_value() ? kPrivate : request.mode); error != 0) {
    return PathError(error, "create a temporary file beside", request.path);
  }
  absl::Status status = Fill(request, *target, temp, stopped);
  if (!status.ok()) return status;

  if (stopped()) return PathError(ECANCELED, "replace", request.path);
  if (int error = temp.MoveTo(target->name, request.exclusive); error != 0) {
    return PathError(error, "replace", request.path);
  }
  // Some file systems have nothing to sync in a directory, and say so.
  if (fsync(target->directory.get()) < 0 && errno != EINVAL) {
    return PathError(errno, "replaced, but maybe not durable: sync the directory of", request.path);
  }
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
