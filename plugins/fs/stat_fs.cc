#include "plugins/fs/stat_fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::StatusOr<FsInfo> LookUpFs(const StatFs& request) {
  struct statfs found = {};
  const absl::Status status =
      CallOn("statfs", request.path, [&](const char* path) { return statfs(path, &found); });
  if (!status.ok()) return status;
  const auto bytes = [&](auto blocks) { return static_cast<int64_t>(blocks) * found.f_bsize; };
  return FsInfo{.type = static_cast<uint64_t>(found.f_type),
                .block_bytes = found.f_bsize,
                .total_bytes = bytes(found.f_blocks),
                .free_bytes = bytes(found.f_bfree),
                .available_bytes = bytes(found.f_bavail),
                .total_files = static_cast<int64_t>(found.f_files),
                .free_files = static_cast<int64_t>(found.f_ffree),
                .max_name_bytes = found.f_namelen,
                .read_only = (found.f_flags & ST_RDONLY) != 0};
}

absl::Status SyncFs(const Sync& request) {
  if (request.path.empty()) {
    sync();
    return absl::OkStatus();
  }
  absl::StatusOr<UniqueFd> fd = Open(request.path, O_RDONLY);
  if (!fd.ok()) return fd.status();
  if (syncfs(fd->get()) < 0) return PathError(errno, "sync the file system of", request.path);
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
