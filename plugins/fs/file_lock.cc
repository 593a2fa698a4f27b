#include "plugins/fs/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/opened_file.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// 0 or an errno.
int SetLock(int fd, short type, const LockRange& range) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = range.offset;
  lock.l_len = range.size;
  return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

}  // namespace

absl::StatusOr<bool> TryLockOpenFile(const TryLockFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("lock", request.file);
  const int error = SetLock(use.fd(), request.exclusive ? F_WRLCK : F_RDLCK, request.range);
  if (error == 0) return true;
  if (error == EAGAIN || error == EACCES) return false;
  return PathError(error, "lock", use.path());
}

absl::Status UnlockOpenFile(const UnlockFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("unlock", request.file);
  const int error = SetLock(use.fd(), F_UNLCK, request.range);
  return error == 0 ? absl::OkStatus() : PathError(error, "unlock", use.path());
}

}  // namespace rondo::fs::internal
