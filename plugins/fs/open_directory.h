// A directory that is open, and what is read from it.
#ifndef RONDO_PLUGINS_FS_OPEN_DIRECTORY_H_
#define RONDO_PLUGINS_FS_OPEN_DIRECTORY_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "plugins/fs/read_dir.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {

// Opens a directory for reading. `flags` more than those of every open.
absl::StatusOr<UniqueFd> OpenDirectoryFd(const std::string& path, int flags = 0);

// Reads entries until there is at least one or none is left, as the kernel gives them at once, and
// appends them to `entries`. With `info`, looks each up. 0 or an errno; of a removed directory,
// ENOENT.
int ReadSomeEntries(int fd, bool info, std::vector<DirEntry>& entries, bool& end);

// What a Directory refers to. Thread-safe.
class OpenDirectory {
 public:
  OpenDirectory(UniqueFd fd, std::string path) : path_(std::move(path)), fd_(std::move(fd)) {}

  absl::StatusOr<std::vector<DirEntry>> Next(bool info);

 private:
  const std::string path_;
  absl::Mutex mu_;
  const UniqueFd fd_ ABSL_GUARDED_BY(mu_);  // Its position is.
  bool end_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_OPEN_DIRECTORY_H_
