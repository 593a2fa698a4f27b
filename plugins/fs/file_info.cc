#include "plugins/fs/file_info.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "absl/time/time.h"

namespace rondo::fs::internal {
namespace {

absl::Time TimeOf(const statx_timestamp& time) {
  return absl::FromUnixSeconds(time.tv_sec) + absl::Nanoseconds(time.tv_nsec);
}

}  // namespace

FileType TypeOfMode(uint32_t mode) { return TypeOfEntry(IFTODT(mode)); }

FileType TypeOfEntry(unsigned char type) {
  switch (type) {
    case DT_REG:
      return FileType::kRegular;
    case DT_DIR:
      return FileType::kDirectory;
    case DT_LNK:
      return FileType::kSymlink;
    case DT_FIFO:
      return FileType::kFifo;
    case DT_SOCK:
      return FileType::kSocket;
    case DT_CHR:
      return FileType::kCharacterDevice;
    case DT_BLK:
      return FileType::kBlockDevice;
    default:
      return FileType::kUnknown;
  }
}

int LookUpAt(int at, const char* name, int flags, FileInfo& info) {
  constexpr int64_t kBlockBytes = 512;  // Whatever the file system's own block is.
  struct statx found = {};
  if (statx(at, name, flags, STATX_BASIC_STATS | STATX_BTIME, &found) < 0) return errno;
  info.type = TypeOfMode(found.stx_mode);
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
  return 0;
}

}  // namespace rondo::fs::internal
