// fs.remove and fs.remove_all
#ifndef RONDO_PLUGINS_FS_REMOVE_H_
#define RONDO_PLUGINS_FS_REMOVE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Removes a file, a symbolic link (not what it leads to) or an empty directory.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a directory that is not empty, a path
// through what is no directory); UNAVAILABLE (a mount point); INVALID_ARGUMENT (a NUL in the path,
// a path or a name that is too long).
//
//   absl::Status status = co_await runtime.Submit(fs::Remove{.path = "notes.txt"});
struct Remove {
  static constexpr absl::string_view kKind = "fs.remove";
  using Result = void;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

// Removes a directory and all in it, or whatever else is there, and returns how many entries that
// were: 0 when there is nothing. Follows no symbolic link, also none that somebody puts in the
// place of a directory meanwhile. Runs in the lane of slow kinds (see FsPlugin).
//
// Errors: those of Remove; of the first entry that cannot be removed. What was removed before is
// gone. INVALID_ARGUMENT also for "/", and for a path that ends with "." or "..".
//
//   absl::StatusOr<int64_t> removed = co_await runtime.Submit(fs::RemoveAll{.path = "cache"});
struct RemoveAll {
  static constexpr absl::string_view kKind = "fs.remove_all";
  using Result = int64_t;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_REMOVE_H_
