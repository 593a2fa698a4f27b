// Copies one open file to a path.
#ifndef RONDO_PLUGINS_FS_COPY_FILE_H_
#define RONDO_PLUGINS_FS_COPY_FILE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "plugins/fs/copy.h"
#include "plugins/fs/io.h"

namespace rondo::fs::internal {

// CopyFile, with the original open as `from` and `request.from` only its name in errors.
absl::StatusOr<int64_t> CopyOpenFile(int from, const CopyFile& request, StopRequested stopped);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_COPY_FILE_H_
