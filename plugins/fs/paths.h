// Paths from callers, and how errors name them.
#ifndef RONDO_PLUGINS_FS_PATHS_H_
#define RONDO_PLUGINS_FS_PATHS_H_

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

// INVALID_ARGUMENT for a path that the kernel would read another way than the caller.
absl::Status CheckPath(absl::string_view operation, absl::string_view path);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_PATHS_H_
