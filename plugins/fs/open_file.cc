#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/file.h"
#include "plugins/fs/file_info.h"
#include "plugins/fs/opened_file.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

absl::Status CheckFlags(const OpenFile& request) {
  const OpenFlags& flags = request.flags;
  const auto contradiction = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("open ", Quoted(request.path), ": ", why));
  };
  if (!flags.read && !flags.write && !flags.append) {
    return contradiction("for reading, writing or appending?");
  }
  if (flags.exclusive && !flags.create) return contradiction("exclusive needs create");
  if (flags.truncate && !flags.write) return contradiction("truncate needs write");
  return CheckMode("open", request.path, request.mode);
}

int FlagsOf(const OpenFlags& flags) {
  const bool writes = flags.write || flags.append;
  return (!writes      ? O_RDONLY
          : flags.read ? O_RDWR
                       : O_WRONLY) |
         (flags.append ? O_APPEND : 0) | (flags.create ? O_CREAT : 0) |
         (flags.exclusive ? O_EXCL : 0) | (flags.truncate ? O_TRUNC : 0) |
         (flags.data_sync ? O_DSYNC : 0) | (flags.direct ? O_DIRECT : 0) |
         (flags.no_follow ? O_NOFOLLOW : 0);
}

}  // namespace

absl::StatusOr<File> OpenForUse(const OpenFile& request, StopRequested stopped) {
  constexpr int kWaitMillis = 20;
  if (absl::Status status = CheckFlags(request); !status.ok()) return status;
  if (absl::Status status = CheckPath("open", request.path); !status.ok()) return status;
  for (;;) {
    UniqueFd fd = TryOpenAt(AT_FDCWD, request.path, FlagsOf(request.flags), request.mode);
    if (fd) return File(std::make_shared<OpenedFile>(std::move(fd), request.path));
    // A FIFO that nobody reads, or a socket, or a device that is not there.
    struct stat info;
    if (errno != ENXIO || stat(request.path.c_str(), &info) < 0 || !S_ISFIFO(info.st_mode)) {
      return PathError(errno, "open", request.path);
    }
    if (stopped()) return PathError(ECANCELED, "open", request.path);
    poll(nullptr, 0, kWaitMillis);  // The kernel does not tell when a reader comes.
  }
}

absl::StatusOr<File> MakeTempFileForUse(const MakeTempFile& request) {
  std::string path = absl::StrCat(request.prefix, "XXXXXX", request.suffix);
  if (absl::Status status = CheckPath("make a temporary file", path); !status.ok()) return status;
  if (request.suffix.size() > PATH_MAX) {
    return PathError(ENAMETOOLONG, "make a temporary file", path);
  }
  UniqueFd fd(mkostemps(path.data(), static_cast<int>(request.suffix.size()), O_CLOEXEC));
  if (!fd) {
    return PathError(errno, "make a temporary file",
                     absl::StrCat(request.prefix, "XXXXXX", request.suffix));
  }
  return File(std::make_shared<OpenedFile>(std::move(fd), std::move(path)));
}

absl::Status CloseOpenFile(const CloseFile& request) {
  if (!request.file) return Use::NotOpen("close", request.file);
  return request.file.opened()->CloseNow();
}

absl::StatusOr<FileInfo> LookUpFile(const StatFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("stat", request.file);
  FileInfo info;
  const int error = LookUpAt(use.fd(), "", AT_EMPTY_PATH, info);
  if (error != 0) return PathError(error, "stat", use.path());
  return info;
}

}  // namespace rondo::fs::internal
