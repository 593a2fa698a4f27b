#include "plugins/fs/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::Status AppendToFile(const AppendFile& request, StopRequested stopped) {
  if (absl::Status status = CheckMode("append", request.path, request.mode); !status.ok()) {
    return status;
  }
  const int flags = O_WRONLY | O_APPEND | (request.create ? O_CREAT : 0);
  absl::StatusOr<UniqueFd> fd = Open(request.path, flags, request.mode);
  if (!fd.ok()) return fd.status();
  absl::Status status = WriteAll(fd->get(), request.data, request.path, stopped);
  if (!status.ok()) return status;
  if (request.sync && fsync(fd->get()) < 0) return PathError(errno, "sync", request.path);
  if (const int error = fd->Close(); error != 0) return PathError(error, "close", request.path);
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
