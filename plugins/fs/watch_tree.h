// Watches a directory tree, or a file, with inotify.
#ifndef RONDO_PLUGINS_FS_WATCH_TREE_H_
#define RONDO_PLUGINS_FS_WATCH_TREE_H_

#include <sys/inotify.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/fs/io.h"
#include "plugins/fs/unique_fd.h"
#include "plugins/fs/watch.h"

namespace rondo::fs::internal {

// Knows which directory each watch of an inotify instance stands for, adds the watches of
// directories that come up, pairs the halves of renames, and tells all that in terms of paths.
//
// Thread-compatible, and blocks: it looks into directories. Owns the instance.
class WatchTree {
 public:
  // Watches what the request names. Errors: those of Watch.
  static absl::StatusOr<std::shared_ptr<WatchTree>> Open(const Watch& request,
                                                         StopRequested stopped);

  // Readable when Read would find something.
  int fd() const { return inotify_.get(); }

  // Appends all that has happened, until nothing more has. With `settle`, of what was moved away
  // and did not turn up elsewhere since an earlier Read, that it is gone.
  void Read(bool settle, std::vector<WatchEvent>& events);

  // Whether something was moved away and may turn up elsewhere.
  bool unsettled() const { return moved_.has_value(); }
  // Whether what is watched is gone, and that was told.
  bool ended() const { return ended_; }

 private:
  // One half of a rename.
  struct Moved {
    uint32_t cookie;
    std::string path;
    bool is_directory;
    bool seen;  // By an earlier Read.
  };

  WatchTree(UniqueFd inotify, std::string path, std::string only, bool recursive)
      : inotify_(std::move(inotify)),
        path_(std::move(path)),
        only_(std::move(only)),
        recursive_(recursive) {}

  // Adds the watch of one directory. 0 or an errno.
  int AddOne(const std::string& path);
  // Adds those of a directory and, if need be, of all below it. With `tell`, what is found below it
  // is told of as created.
  void AddTree(const std::string& path, bool tell, StopRequested stopped);
  void AddBelow(const std::string& path, bool tell, StopRequested stopped);
  void CannotWatch(const std::string& path, int error);
  void CannotWatch(const std::string& path, const absl::Status& status);
  // Takes the watches of a directory that is gone, and of all below it, away.
  void Forget(const std::string& path);
  // Gives them the paths that they have after a rename.
  void Rename(const std::string& from, const std::string& to);

  void OnEvent(const inotify_event& event);
  void OnSelf(const inotify_event& event);
  void OnEntry(const inotify_event& event, const std::string& path);
  void OnCreated(const std::string& path, bool is_directory);
  void OnMovedTo(uint32_t cookie, const std::string& path, bool is_directory);
  void OnOverflow();
  // What was moved away will not turn up.
  void Settle();
  // The same, if it would be told too late after what is told of `path` now.
  void SettleBefore(const std::string& path);
  void Tell(WatchEvent event);

  std::string FullPath(const std::string& path) const;

  const UniqueFd inotify_;
  const std::string path_;  // The directory.
  const std::string only_;  // Of a file that is watched by name; else empty.
  const bool recursive_;

  absl::flat_hash_map<int, std::string> paths_;  // Of the directories, by their watches.
  std::optional<Moved> moved_;
  // What was found when a directory was looked into, and may still be told of by the kernel.
  absl::flat_hash_set<std::string> found_;
  bool ended_ = false;
  absl::Status exhausted_;        // The last time that there was no watch left.
  std::vector<WatchEvent> told_;  // By Open, for the first Read.
  std::vector<WatchEvent>* events_ = &told_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_WATCH_TREE_H_
