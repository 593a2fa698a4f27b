#include "plugins/fs/replace_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/io.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// What stands somewhere, if anything does.
using Found = std::optional<struct stat>;

bool SameFile(const Found& a, const Found& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// Looks at what was opened as `fd`, which may be none with ENOENT. 0 or an errno.
int Look(const UniqueFd& fd, Found& found) {
  found.reset();
  if (!fd) return errno == ENOENT ? 0 : errno;
  struct stat info;
  if (fstat(fd.get(), &info) < 0) return errno;
  found = info;
  return 0;
}

// A walk to where a path ends, one symbolic link after the other. Each step holds open what it
// looks at, so that nobody exchanges it between a check and its use. Functions return 0 or an
// errno.
class Walk {
 public:
  // To the directory of `path`, which is relative to where the walk stands.
  int Go(const std::string& path);
  // On through all links.
  int FollowLinks();

  bool at_link() const { return found_.has_value() && S_ISLNK(found_->st_mode); }
  const UniqueFd& directory() const { return directory_; }
  const std::string& name() const { return name_; }
  const Found& found() const { return found_; }

 private:
  int FollowLink();

  UniqueFd directory_;
  std::string name_;
  UniqueFd file_;  // What has that name, if anything has; a link itself.
  Found found_;    // The same.
};

int Walk::Go(const std::string& path) {
  const size_t name = path.rfind('/') + 1;  // 0 when there is none.
  const std::string directory = name == 0 ? "." : path.substr(0, name);
  UniqueFd next =
      TryOpenAt(directory_ ? directory_.get() : AT_FDCWD, directory, O_PATH | O_DIRECTORY);
  if (!next) return errno;
  directory_ = std::move(next);
  name_ = path.substr(name);
  if (name_.empty()) return path.empty() ? ENOENT : EISDIR;
  UniqueFd file = TryOpenAt(directory_.get(), name_, O_PATH | O_NOFOLLOW);
  const int error = Look(file, found_);
  file_ = std::move(file);
  return error;
}

int Walk::FollowLinks() {
  constexpr int kMaxLinks = 40;  // As in the kernel.
  for (int i = 0; at_link(); ++i) {
    if (i == kMaxLinks) return ELOOP;
    if (int error = FollowLink(); error != 0) return error;
  }
  return 0;
}

int Walk::FollowLink() {
  // In a directory like /tmp anybody can lead us by a link. The kernel's rule for that
  // (fs.protected_symlinks) may be off, and does not see a readlink.
  struct stat directory;
  if (fstat(directory_.get(), &directory) < 0) return errno;
  constexpr mode_t kShared = S_ISVTX | S_IWOTH;
  const uid_t owner = found_->st_uid;
  if ((directory.st_mode & kShared) == kShared && owner != geteuid() && owner != directory.st_uid) {
    return EACCES;
  }
  char leads_to[PATH_MAX];
  const ssize_t length = readlinkat(file_.get(), "", leads_to, sizeof(leads_to));
  return length < 0 ? errno : Go(std::string(leads_to, static_cast<size_t>(length)));
}

absl::Status CheckRegular(const WriteFile& request, const Found& found) {
  if (!found.has_value() || S_ISREG(found->st_mode)) return absl::OkStatus();
  if (S_ISDIR(found->st_mode)) return PathError(EISDIR, "open", request.path);
  return absl::FailedPreconditionError(absl::StrCat(
      "replace ", Quoted(request.path), ": not a regular file, which alone can be replaced"));
}

// Walks on from a link at the request's path. False when the walk ended elsewhere than the kernel
// did, who does not go by names alone: the links of /proc/PID/fd lead to open files, whether or not
// these still have the name that reading the link shows.
absl::StatusOr<bool> FollowLinksAsTheKernel(const WriteFile& request, Walk& walk) {
  Found there;
  int error = Look(TryOpenAt(AT_FDCWD, request.path, O_PATH), there);
  if (error != 0) return PathError(error, "open", request.path);
  if (absl::Status status = CheckRegular(request, there); !status.ok()) return status;
  error = walk.FollowLinks();
  if (error != 0) return PathError(error, "open", request.path);
  return SameFile(there, walk.found());
}

absl::StatusOr<Walk> WalkToTheEnd(const WriteFile& request) {
  // Somebody may have replaced the file between the kernel's walk and ours.
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    Walk walk;
    if (int error = walk.Go(request.path); error != 0) {
      return PathError(error, "open", request.path);
    }
    // An exclusive request does not follow a link: it finds that there is something.
    if (request.exclusive || !walk.at_link()) return walk;
    absl::StatusOr<bool> same = FollowLinksAsTheKernel(request, walk);
    if (!same.ok()) return same.status();
    if (*same) return walk;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("replace ", Quoted(request.path),
                   ": leads to a file without a name that another could take"));
}

}  // namespace

absl::StatusOr<Target> FindTarget(const WriteFile& request) {
  if (absl::Status status = CheckPath("open", request.path); !status.ok()) return status;
  absl::StatusOr<Walk> end = WalkToTheEnd(request);
  if (!end.ok()) return end.status();
  if (request.exclusive && end->found().has_value()) {
    return PathError(EEXIST, "open", request.path);
  }
  if (!request.create && !end->found().has_value()) return PathError(ENOENT, "open", request.path);
  if (absl::Status status = CheckRegular(request, end->found()); !status.ok()) return status;

  UniqueFd directory = TryOpenAt(end->directory().get(), ".", O_RDONLY | O_DIRECTORY);
  if (!directory) return PathError(errno, "open the directory of", request.path);
  return Target{.directory = std::move(directory), .name = end->name(), .old = end->found()};
}

}  // namespace rondo::fs::internal
