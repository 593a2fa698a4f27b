// What the kinds do, on whatever thread calls them: the plugin calls them on workers of the pool.
#ifndef RONDO_PLUGINS_FS_BODIES_H_
#define RONDO_PLUGINS_FS_BODIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/io.h"
#include "plugins/fs/read_file.h"
#include "plugins/fs/stat.h"
#include "plugins/fs/write_file.h"

namespace rondo::fs::internal {

absl::StatusOr<std::string> ReadWholeFile(const ReadFile& request, StopRequested stopped);

absl::Status WriteWholeFile(const WriteFile& request, StopRequested stopped);

// WriteWholeFile for an atomic request.
absl::Status ReplaceFile(const WriteFile& request, StopRequested stopped);

absl::StatusOr<FileInfo> LookUp(const Stat& request);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_BODIES_H_
