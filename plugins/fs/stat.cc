#include "plugins/fs/stat.h"

#include <fcntl.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/file_info.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

absl::StatusOr<FileInfo> LookUpPath(const std::string& path, bool follow_symlinks) {
  const absl::string_view operation = follow_symlinks ? "stat" : "lstat";
  if (absl::Status status = CheckPath(operation, path); !status.ok()) return status;
  FileInfo info;
  const int error =
      LookUpAt(AT_FDCWD, path.c_str(), follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW, info);
  if (error != 0) return PathError(error, operation, path);
  return info;
}

}  // namespace

absl::StatusOr<FileInfo> LookUp(const Stat& request) {
  return LookUpPath(request.path, request.follow_symlinks);
}

absl::StatusOr<FileInfo> LookUpLink(const Lstat& request) {
  return LookUpPath(request.path, /*follow_symlinks=*/false);
}

}  // namespace rondo::fs::internal
