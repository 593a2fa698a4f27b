#include "plugins/fs/preserve.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace rondo::fs::internal {
namespace {

// Without its owner a file must not keep set-user-id: it would run as somebody else.
mode_t ModeOf(const struct stat& of, bool same_owner) {
  return of.st_mode & (same_owner ? 07777 : 01777);
}

}  // namespace

int PreserveOf(const struct stat& of, int fd) {
  const bool owner = fchown(fd, of.st_uid, of.st_gid) == 0;
  if (!owner && errno != EPERM) return errno;
  // After the owner, which takes set-user-id away.
  if (fchmod(fd, ModeOf(of, owner)) < 0) return errno;
  const std::array<timespec, 2> times = {of.st_atim, of.st_mtim};
  return futimens(fd, times.data()) < 0 ? errno : 0;
}

int PreserveOfAt(const struct stat& of, int at, const char* name) {
  const bool owner = fchownat(at, name, of.st_uid, of.st_gid, AT_SYMLINK_NOFOLLOW) == 0;
  if (!owner && errno != EPERM) return errno;
  if (!S_ISLNK(of.st_mode) && fchmodat(at, name, ModeOf(of, owner), 0) < 0) return errno;
  const std::array<timespec, 2> times = {of.st_atim, of.st_mtim};
  return utimensat(at, name, times.data(), AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;
}

}  // namespace rondo::fs::internal
