#include "plugins/fs/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/tree_walk.h"

namespace rondo::fs::internal {
namespace {

// Unlinking a directory fails with one or the other.
bool MayBeDirectory(int error) { return error == EISDIR || error == EPERM; }

// Removes what is no directory, or an empty one. 0 or an errno.
int RemoveAt(int at, const std::string& name) {
  if (unlinkat(at, name.c_str(), 0) == 0) return 0;
  const int error = errno;
  if (!MayBeDirectory(error)) return error;
  if (unlinkat(at, name.c_str(), AT_REMOVEDIR) == 0) return 0;
  // Of a file that may not be removed the first error says why.
  return errno == ENOTDIR ? error : errno;
}

// With slashes at its end a path would lead through a symbolic link.
absl::StatusOr<std::string> Strip(const RemoveAll& request) {
  if (absl::Status status = CheckPath("remove", request.path); !status.ok()) return status;
  std::string path = request.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path == "/" || path == "." || path == ".." || absl::EndsWith(path, "/.") ||
      absl::EndsWith(path, "/..")) {
    return absl::InvalidArgumentError(
        absl::StrCat("remove ", Quoted(request.path), ": not a directory to be removed whole"));
  }
  return path;
}

// Whether what is at `at` was removed, and not by somebody else.
absl::StatusOr<bool> RemoveEntry(int at, const std::string& name, const std::string& path) {
  const int error = RemoveAt(at, name);
  if (error == 0) return true;
  if (error == ENOENT) return false;
  return PathError(error, "remove", path);
}

// Removes all that is below the open directory `root`, and counts it.
absl::StatusOr<int64_t> RemoveBelow(UniqueFd root, const std::string& path, StopRequested stopped) {
  int64_t removed = 0;
  TreeWalk walk(std::move(root), path, /*info=*/false);
  while (walk.Next()) {
    if (stopped()) return PathError(ECANCELED, "remove", path);
    // One that cannot be read may be empty, and what cannot be opened may be no directory any more:
    // the removal will say.
    if (!walk.leaving() && walk.entry().type == FileType::kDirectory) {
      const absl::Status status = walk.Descend();
      if (status.ok()) continue;
      if (absl::IsResourceExhausted(status)) return status;
    }
    absl::StatusOr<bool> gone =
        RemoveEntry(walk.directory(), walk.entry().name, absl::StrCat(path, "/", walk.path()));
    if (!gone.ok()) return gone.status();
    removed += *gone ? 1 : 0;
  }
  if (!walk.status().ok()) return walk.status();
  return removed;
}

}  // namespace

absl::Status RemoveOne(const Remove& request) {
  if (absl::Status status = CheckPath("remove", request.path); !status.ok()) return status;
  const int error = RemoveAt(AT_FDCWD, request.path);
  return error == 0 ? absl::OkStatus() : PathError(error, "remove", request.path);
}

absl::StatusOr<int64_t> RemoveTree(const RemoveAll& request, StopRequested stopped) {
  absl::StatusOr<std::string> path = Strip(request);
  if (!path.ok()) return path.status();
  int64_t removed = 0;
  UniqueFd root =
      path->empty() ? UniqueFd() : TryOpenAt(AT_FDCWD, *path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (root) {
    absl::StatusOr<int64_t> below = RemoveBelow(std::move(root), *path, stopped);
    if (!below.ok()) return below.status();
    removed = *below;
  }
  absl::StatusOr<bool> gone = RemoveEntry(AT_FDCWD, *path, *path);
  if (!gone.ok()) return gone.status();
  return removed + (*gone ? 1 : 0);
}

}  // namespace rondo::fs::internal
