// A walk through all that is below a directory.
#ifndef RONDO_PLUGINS_FS_TREE_WALK_H_
#define RONDO_PLUGINS_FS_TREE_WALK_H_

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/fs/read_dir.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {

// Goes through a directory tree, depth first, one entry at a time. From one directory to the next
// it goes by descriptors and never through a symbolic link, so nobody can lead it elsewhere by
// moving or exchanging what it has seen. Of deep trees it keeps the last levels open alone.
//
// Thread-compatible.
//
//   TreeWalk walk(std::move(root), "/usr", /*info=*/false);
//   while (walk.Next()) {
//     if (!walk.leaving() && walk.entry().type == FileType::kDirectory)
//     walk.Descend().IgnoreError();
//   }
//   return walk.status();
class TreeWalk {
 public:
  // `root` is the open directory, `path` what errors call it.
  TreeWalk(UniqueFd root, std::string path, bool info);

  // Goes on to the next entry, or, after the last one of a directory that was descended into, back
  // to that directory, which it is leaving then. False at the end, and after an error.
  bool Next();
  // OK at the end.
  const absl::Status& status() const { return status_; }

  // Of the current entry: whether it is a directory whose entries have all been seen.
  bool leaving() const { return leaving_; }
  const DirEntry& entry() const { return entry_; }
  // The open directory that it is in.
  int directory() const { return levels_.back().fd.get(); }
  // From the root.
  const std::string& path() const { return path_; }
  // How many directories are above it: 0 in the root.
  size_t depth() const { return levels_.size() - 1; }

  // Makes Next go through the current directory first. Fails, and Next goes on beside it, when it
  // cannot be opened or read, with NOT_FOUND when it is gone.
  // REQUIRES: !leaving().
  absl::Status Descend();

 private:
  struct Level {
    UniqueFd fd;  // None where only deeper levels are open.
    dev_t device = 0;
    ino_t inode = 0;
    DirEntry entry = {};  // This directory, in the one above.
    std::vector<DirEntry> entries = {};
    size_t next = 0;
    size_t path_size = 0;  // Of path_ up to here.
  };

  // How many levels are open at once, besides the root.
  static constexpr size_t kOpenLevels = 32;

  // Reads all entries of an open directory. 0 or an errno.
  int Read(Level& level) const;
  bool Leave();
  absl::Status Reopen(Level& level, const UniqueFd& below) const;
  std::string PathOf(absl::string_view name) const;

  const std::string root_path_;
  const bool info_;
  std::vector<Level> levels_;
  DirEntry entry_;
  std::string path_;
  bool leaving_ = false;
  absl::Status status_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_TREE_WALK_H_
