#include "plugins/fs/attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

constexpr uid_t kStays = static_cast<uid_t>(-1);

int LinkFlag(bool follow_symlinks) { return follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW; }

timespec TimeOrOmit(const std::optional<absl::Time>& time) {
  return time.has_value() ? absl::ToTimespec(*time) : timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT};
}

bool IsInfinite(const std::optional<absl::Time>& time) {
  return time == absl::InfiniteFuture() || time == absl::InfinitePast();
}

}  // namespace

absl::Status ChangeMode(const Chmod& request) {
  if (absl::Status status = CheckMode("chmod", request.path, request.mode); !status.ok()) {
    return status;
  }
  return CallOn("chmod", request.path, [&](const char* path) { return chmod(path, request.mode); });
}

absl::Status ChangeOwner(const Chown& request) {
  return CallOn("chown", request.path, [&](const char* path) {
    return fchownat(AT_FDCWD, path, request.uid.value_or(kStays), request.gid.value_or(kStays),
                    LinkFlag(request.follow_symlinks));
  });
}

absl::Status ChangeTimes(const SetTimes& request) {
  if (IsInfinite(request.access_time) || IsInfinite(request.modify_time)) {
    return absl::InvalidArgumentError(
        absl::StrCat("set times of ", Quoted(request.path), ": an infinite time"));
  }
  if (!request.access_time.has_value() && !request.modify_time.has_value()) {
    // The kernel would not look whether there is such a file.
    return CallOn("set times of", request.path, [&](const char* path) {
      return faccessat(AT_FDCWD, path, F_OK, LinkFlag(request.follow_symlinks));
    });
  }
  const std::array<timespec, 2> times = {TimeOrOmit(request.access_time),
                                         TimeOrOmit(request.modify_time)};
  return CallOn("set times of", request.path, [&](const char* path) {
    return utimensat(AT_FDCWD, path, times.data(), LinkFlag(request.follow_symlinks));
  });
}

}  // namespace rondo::fs::internal
