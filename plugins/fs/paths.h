// Paths from callers, and how errors name them.
#ifndef RONDO_PLUGINS_FS_PATHS_H_
#define RONDO_PLUGINS_FS_PATHS_H_

#include <errno.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo::fs::internal {

// `path` in quotes, with control characters escaped, other bytes as they are, and cut when no
// file can have it as a name.
std::string Quoted(absl::string_view path);

// The status of a system call that failed with `error`: `open "notes.txt": No such file or
// directory`. The code is absl's for this errno.
absl::Status PathError(int error, absl::string_view operation, absl::string_view path);

// The same of an operation on two paths: `rename "a" to "b": No such file or directory`.
absl::Status PathError(int error, absl::string_view operation, absl::string_view from,
                       absl::string_view to);

// INVALID_ARGUMENT for a path that the kernel would read another way than the caller.
absl::Status CheckPath(absl::string_view operation, absl::string_view path);

// INVALID_ARGUMENT for a mode that has more than permissions.
absl::Status CheckMode(absl::string_view operation, absl::string_view path, uint32_t mode);

// Calls `call(path.c_str())`, which returns less than 0 and an errno when it fails.
template <typename SystemCall>
absl::Status CallOn(absl::string_view operation, const std::string& path, SystemCall call) {
  if (absl::Status status = CheckPath(operation, path); !status.ok()) return status;
  if (call(path.c_str()) >= 0) return absl::OkStatus();
  return PathError(errno, operation, path);
}

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_PATHS_H_
