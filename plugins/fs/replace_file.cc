#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/io.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {
namespace {

// A file that is going to be replaced or made, and its directory.
struct Target {
  UniqueFd directory;
  std::string name;
  std::optional<struct stat> old;  // None: there is no such file.
};

// A file of a random name, which is removed unless it has got another.
class TempFile {
 public:
  explicit TempFile(int directory) : directory_(directory) {}
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() {
    if (!name_.empty()) unlinkat(directory_, name_.c_str(), 0);
  }

  absl::Status Create(mode_t mode);
  // Gives it its final name: 0 or an errno.
  int MoveTo(const std::string& name, bool exclusive);

  UniqueFd& fd() { return fd_; }

 private:
  const int directory_;
  std::string name_;  // Empty: nothing to remove.
  UniqueFd fd_;
};

absl::Status TempFile::Create(mode_t mode) {
  for (;;) {
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
      return absl::ErrnoToStatus(errno, "getrandom");
    }
    std::string name = absl::StrCat(".rondo-", absl::Hex(random, absl::kZeroPad16), ".tmp");
    absl::StatusOr<UniqueFd> fd = OpenAt(directory_, name, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (absl::IsAlreadyExists(fd.status())) continue;
    if (!fd.ok()) return fd.status();
    fd_ = *std::move(fd);
    name_ = std::move(name);
    return absl::OkStatus();
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

// Where a path ends that may be a symbolic link, or a chain of them: there is where the new file
// must go, for a rename would replace the link itself.
absl::StatusOr<std::string> FollowLinks(std::string path) {
  constexpr int kMaxLinks = 40;  // As in the kernel.
  for (int i = 0; i < kMaxLinks; ++i) {
    char leads_to[PATH_MAX];
    const ssize_t length = readlink(path.c_str(), leads_to, sizeof(leads_to));
    // No link, nothing there yet, or what the opening of the directory will complain about.
    if (length < 0) return path;
    const absl::string_view link(leads_to, static_cast<size_t>(length));
    if (link.front() == '/') {
      path = std::string(link);
    } else {
      path = absl::StrCat(path.substr(0, path.rfind('/') + 1), link);
    }
  }
  return PathError(ELOOP, "open", path);
}

absl::StatusOr<Target> FindTarget(const WriteFile& request) {
  if (absl::Status status = CheckPath("open", request.path); !status.ok()) return status;
  // An exclusive request does not follow a link: it finds that there is something.
  absl::StatusOr<std::string> path = request.exclusive ? request.path : FollowLinks(request.path);
  if (!path.ok()) return path.status();

  const size_t name = path->rfind('/') + 1;  // 0 when there is none.
  const std::string directory = name == 0 ? "." : path->substr(0, name);
  absl::StatusOr<UniqueFd> fd = OpenAt(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return fd.status();

  Target target{.directory = *std::move(fd), .name = path->substr(name), .old = std::nullopt};
  if (target.name.empty()) return PathError(path->empty() ? ENOENT : EISDIR, "open", request.path);
  struct stat old;
  if (fstatat(target.directory.get(), target.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0) {
    target.old = old;
  } else if (errno != ENOENT || !request.create) {
    return PathError(errno, "open", request.path);
  }
  return target;
}

absl::Status CheckReplaceable(const WriteFile& request, const Target& target) {
  if (!target.old.has_value()) return absl::OkStatus();
  if (request.exclusive) return PathError(EEXIST, "open", request.path);
  if (S_ISDIR(target.old->st_mode)) return PathError(EISDIR, "open", request.path);
  if (!S_ISREG(target.old->st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "replace ", Quoted(request.path), ": not a regular file, which alone can be replaced"));
  }
  return absl::OkStatus();
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
  absl::Status status = CheckReplaceable(request, *target);
  if (!status.ok()) return status;

  // Nobody but the owner sees the new content before it has the old permissions.
  constexpr mode_t kPrivate = 0600;
  TempFile temp(target->directory.get());
  status = temp.Create(target->old.has_value() ? kPrivate : request.mode);
  if (!status.ok()) return status;
  status = Fill(request, *target, temp, stopped);
  if (!status.ok()) return status;

  if (stopped()) return PathError(ECANCELED, "replace", request.path);
  if (int error = temp.MoveTo(target->name, request.exclusive); error != 0) {
    return PathError(error, "replace", request.path);
  }
  // Some file systems have nothing to sync in a directory, and say so.
  if (fsync(target->directory.get()) < 0 && errno != EINVAL) {
    return PathError(errno, "sync the directory of", request.path);
  }
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
