#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/copy.h"
#include "plugins/fs/copy_file.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/preserve.h"
#include "plugins/fs/tree_walk.h"

namespace rondo::fs::internal {
namespace {

// One copy of a tree in the making.
class TreeCopy {
 public:
  TreeCopy(const CopyTree& request, StopRequested stopped) : request_(request), stopped_(stopped) {}

  absl::StatusOr<CopiedTree> Run();

 private:
  absl::Status CheckNotInto(int root) const;
  absl::Status MakeDirectoryLike(const struct stat& info, const std::string& path);
  absl::Status FinishDirectory(const struct stat& info, const std::string& path);
  absl::Status CopyEntry(TreeWalk& walk, const struct stat& info);
  absl::Status CopyRegular(const TreeWalk& walk);
  absl::Status CopyLink(const TreeWalk& walk, const struct stat& info);
  static absl::Status Preserve(const struct stat& info, const std::string& path);

  std::string From(const TreeWalk& walk) const {
    return absl::StrCat(request_.from, "/", walk.path());
  }
  std::string To(const TreeWalk& walk) const { return absl::StrCat(request_.to, "/", walk.path()); }

  const CopyTree& request_;
  const StopRequested stopped_;
  CopiedTree copied_;
};

bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// A copy into itself would find what it has made, without end.
absl::Status TreeCopy::CheckNotInto(int root) const {
  struct stat source;
  if (fstat(root, &source) < 0) return PathError(errno, "stat", request_.from);
  std::string parent = request_.to;
  while (parent.size() > 1 && parent.back() == '/') parent.pop_back();
  parent = parent.substr(0, parent.rfind('/') + 1);  // Empty when there is no slash.
  absl::StatusOr<UniqueFd> above = OpenDirectoryFd(parent.empty() ? "." : parent);
  if (!above.ok()) return above.status();
  struct stat last = {};
  for (;;) {
    struct stat info;
    if (fstat(above->get(), &info) < 0) return PathError(errno, "stat", request_.to);
    if (SameFile(info, source)) {
      return absl::InvalidArgumentError(absl::StrCat("copy ", Quoted(request_.from), " to ",
                                                     Quoted(request_.to), ": into itself"));
    }
    if (SameFile(info, last)) return absl::OkStatus();  // The root of all.
    last = info;
    UniqueFd next = TryOpenAt(above->get(), "..", O_PATH | O_DIRECTORY);
    if (!next) return PathError(errno, "open a directory above", request_.to);
    *above = std::move(next);
  }
}

absl::StatusOr<CopiedTree> TreeCopy::Run() {
  absl::StatusOr<UniqueFd> root = OpenDirectoryFd(request_.from);
  if (!root.ok()) return root.status();
  if (absl::Status status = CheckPath("mkdir", request_.to); !status.ok()) return status;
  if (absl::Status status = CheckNotInto(root->get()); !status.ok()) return status;
  struct stat info;
  if (fstat(root->get(), &info) < 0) return PathError(errno, "stat", request_.from);
  if (absl::Status status = MakeDirectoryLike(info, request_.to); !status.ok()) return status;

  TreeWalk walk(*std::move(root), request_.from, /*info=*/false);
  while (walk.Next()) {
    if (stopped_()) return PathError(ECANCELED, "copy", request_.from);
    struct stat entry;
    if (fstatat(walk.directory(), walk.entry().name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno == ENOENT) continue;  // Removed meanwhile.
      return PathError(errno, "stat", From(walk));
    }
    absl::Status status =
        walk.leaving() ? FinishDirectory(entry, To(walk)) : CopyEntry(walk, entry);
    if (!status.ok()) return status;
  }
  if (!walk.status().ok()) return walk.status();
  if (absl::Status status = FinishDirectory(info, request_.to); !status.ok()) return status;
  return copied_;
}

// One that can be written to, whatever the original's mode: FinishDirectory takes that back.
absl::Status TreeCopy::MakeDirectoryLike(const struct stat& info, const std::string& path) {
  const mode_t mode = request_.preserve ? 0700 : (info.st_mode & 0777) | 0700;
  if (mkdir(path.c_str(), mode) < 0) return PathError(errno, "mkdir", path);
  ++copied_.entries;
  return absl::OkStatus();
}

absl::Status TreeCopy::FinishDirectory(const struct stat& info, const std::string& path) {
  if (request_.preserve) return Preserve(info, path);
  struct stat made;
  if (lstat(path.c_str(), &made) < 0) return PathError(errno, "stat", path);
  const mode_t mode = made.st_mode & 07777;
  const mode_t wanted = mode & (info.st_mode | ~mode_t{0777});
  if (wanted == mode || chmod(path.c_str(), wanted) == 0) return absl::OkStatus();
  return PathError(errno, "chmod", path);
}

absl::Status TreeCopy::CopyEntry(TreeWalk& walk, const struct stat& info) {
  switch (info.st_mode & S_IFMT) {
    case S_IFDIR:
      if (absl::Status status = walk.Descend(); !status.ok()) return status;
      return MakeDirectoryLike(info, To(walk));
    case S_IFREG:
      return CopyRegular(walk);
    case S_IFLNK:
      return CopyLink(walk, info);
    case S_IFIFO:
      if (mkfifo(To(walk).c_str(), info.st_mode & 0777) < 0) {
        return PathError(errno, "mkfifo", To(walk));
      }
      ++copied_.entries;
      return request_.preserve ? Preserve(info, To(walk)) : absl::OkStatus();
    default:
      return absl::FailedPreconditionError(
          absl::StrCat("copy ", Quoted(From(walk)), ": a socket or a device"));
  }
}

absl::Status TreeCopy::CopyRegular(const TreeWalk& walk) {
  const CopyFile one{
      .from = From(walk), .to = To(walk), .exclusive = true, .preserve = request_.preserve};
  const UniqueFd from = TryOpenAt(walk.directory(), walk.entry().name, O_RDONLY | O_NOFOLLOW);
  if (!from) return PathError(errno, "open", one.from);
  absl::StatusOr<int64_t> bytes = CopyOpenFile(from.get(), one, stopped_);
  if (!bytes.ok()) return bytes.status();
  ++copied_.entries;
  copied_.bytes += *bytes;
  return absl::OkStatus();
}

absl::Status TreeCopy::CopyLink(const TreeWalk& walk, const struct stat& info) {
  std::array<char, PATH_MAX> target;
  const ssize_t size =
      readlinkat(walk.directory(), walk.entry().name.c_str(), target.data(), target.size());
  if (size < 0) return PathError(errno, "readlink", From(walk));
  const std::string to = To(walk);
  if (symlink(std::string(target.data(), static_cast<size_t>(size)).c_str(), to.c_str()) < 0) {
    return PathError(errno, "symlink", to);
  }
  ++copied_.entries;
  return request_.preserve ? Preserve(info, to) : absl::OkStatus();
}

absl::Status TreeCopy::Preserve(const struct stat& info, const std::string& path) {
  const int error = PreserveOfAt(info, AT_FDCWD, path.c_str());
  return error == 0 ? absl::OkStatus() : PathError(error, "keep the attributes of", path);
}

}  // namespace

absl::StatusOr<CopiedTree> CopyWholeTree(const CopyTree& request, StopRequested stopped) {
  return TreeCopy(request, stopped).Run();
}

}  // namespace rondo::fs::internal
