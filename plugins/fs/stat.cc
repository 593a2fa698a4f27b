#include "plugins/fs/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

FileType TypeOf(uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::kRegular;
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFLNK:
      return FileType::kSymlink;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    case S_IFBLK:
      return FileType::kBlockDevice;
    default:
      return FileType::kUnknown;
  }
}

absl::Time TimeOf(const statx_timestamp& time) {
  return absl::FromUnixSeconds(time.tv_sec) + absl::Nanoseconds(time.tv_nsec);
}

}  // namespace

absl::StatusOr<FileInfo> LookUp(const Stat& request) {
  const absl::string_view operation = request.follow_symlinks ? "stat" : "lstat";
  if (absl::Status status = CheckPath(operation, request.path); !status.ok()) return status;
  struct statx found = {};
  const int flags = request.follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW;
  if (statx(AT_FDCWD, request.path.c_str(), flags, STATX_BASIC_STATS | STATX_BTIME, &found) < 0) {
    return PathError(errno, operation, request.path);
  }

  constexpr int64_t kBlockBytes = 512;  // Whatever the file system's own block is.
  FileInfo info;
  info.type = TypeOf(found.stx_mode);
  info.size = static_cast<int64_t>(found.stx_size);
  info.allocated_bytes = static_cast<int64_t>(found.stx_blocks) * kBlockBytes;
  info.mode = found.stx_mode & 07777;
  info.uid = found.stx_uid;
  info.gid = found.stx_gid;
  info.device = makedev(found.stx_dev_major, found.stx_dev_minor);
  info.inode = found.stx_ino;
  info.links = found.stx_nlink;
  info.access_time = TimeOf(found.stx_atime);
  info.modify_time = TimeOf(found.stx_mtime);
  info.change_time = TimeOf(found.stx_ctime);
  if ((found.stx_mask & STATX_BTIME) != 0) info.birth_time = TimeOf(found.stx_btime);
  return info;
}

}  // namespace rondo::fs::internal
