#include "plugins/fs/tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/io.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

TreeWalk::TreeWalk(UniqueFd root, std::string path, bool info)
    : root_path_(std::move(path)), info_(info) {
  levels_.push_back({.fd = std::move(root)});
  if (const int error = Read(levels_.back()); error != 0) {
    status_ = PathError(error, "read", root_path_);
    levels_.back().entries.clear();
  }
}

std::string TreeWalk::PathOf(absl::string_view name) const {
  return absl::StrCat(root_path_, "/", name);
}

int TreeWalk::Read(Level& level) const {
  struct stat info;
  if (fstat(level.fd.get(), &info) < 0) return errno;
  level.device = info.st_dev;
  level.inode = info.st_ino;
  for (bool end = false; !end;) {
    const int error = ReadSomeEntries(level.fd.get(), info_, level.entries, end);
    if (error != 0) return error;
  }
  return 0;
}

bool TreeWalk::Next() {
  if (!status_.ok()) return false;
  Level& level = levels_.back();
  if (level.next == level.entries.size()) return Leave();
  leaving_ = false;
  entry_ = std::move(level.entries[level.next++]);
  path_.resize(level.path_size);
  absl::StrAppend(&path_, path_.empty() ? "" : "/", entry_.name);
  return true;
}

bool TreeWalk::Leave() {
  if (levels_.size() == 1) return false;
  leaving_ = true;
  Level left = std::move(levels_.back());
  levels_.pop_back();
  entry_ = std::move(left.entry);
  path_.resize(left.path_size);
  Level& level = levels_.back();
  if (!level.fd) status_ = Reopen(level, left.fd);
  return status_.ok();
}

absl::Status TreeWalk::Reopen(Level& level, const UniqueFd& below) const {
  level.fd = TryOpenAt(below.get(), "..", O_RDONLY | O_DIRECTORY);
  struct stat info;
  if (!level.fd || fstat(level.fd.get(), &info) < 0) {
    return PathError(errno, "open the directory of", PathOf(path_));
  }
  if (info.st_dev == level.device && info.st_ino == level.inode) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("read ", Quoted(PathOf(path_)), ": moved elsewhere meanwhile"));
}

absl::Status TreeWalk::Descend() {
  DCHECK(!leaving_);
  Level level;
  level.fd = TryOpenAt(directory(), entry_.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!level.fd) return PathError(errno, "open", PathOf(path_));
  if (const int error = Read(level); error != 0) return PathError(error, "read", PathOf(path_));
  level.entry = entry_;
  level.path_size = path_.size();
  levels_.push_back(std::move(level));
  if (levels_.size() > kOpenLevels + 1) levels_[levels_.size() - 1 - kOpenLevels].fd = UniqueFd();
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
