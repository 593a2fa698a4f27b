// Where the new file of an atomic write goes.
#ifndef RONDO_PLUGINS_FS_REPLACE_TARGET_H_
#define RONDO_PLUGINS_FS_REPLACE_TARGET_H_

#include <sys/stat.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "plugins/fs/unique_fd.h"
#include "plugins/fs/write_file.h"

namespace rondo::fs::internal {

// A file that may be replaced or made, and its directory.
struct Target {
  UniqueFd directory;  // Open for reading, as its fsync needs.
  std::string name;
  std::optional<struct stat> old;  // None: there is no such file.
};

// Where the request's path ends, symbolic links being followed: a rename would replace the link
// itself. Fails for what is there and must not be replaced.
absl::StatusOr<Target> FindTarget(const WriteFile& request);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_REPLACE_TARGET_H_
