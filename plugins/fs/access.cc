#include "plugins/fs/access.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/file_info.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::Status CheckAccess(const Access& request) {
  const int mode =
      (request.read ? R_OK : 0) | (request.write ? W_OK : 0) | (request.execute ? X_OK : 0);
  return CallOn("access", request.path, [&](const char* path) {
    return faccessat(AT_FDCWD, path, mode == 0 ? F_OK : mode, AT_EACCESS);
  });
}

absl::StatusOr<bool> LookWhetherThere(const Exists& request) {
  if (absl::Status status = CheckPath("stat", request.path); !status.ok()) return status;
  FileInfo info;
  const int error = LookUpAt(AT_FDCWD, request.path.c_str(), 0, info);
  if (error == 0) return true;
  if (error == ENOENT || error == ENOTDIR) return false;
  return PathError(error, "stat", request.path);
}

}  // namespace rondo::fs::internal
