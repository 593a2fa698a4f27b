// fs.walk
#ifndef RONDO_PLUGINS_FS_WALK_H_
#define RONDO_PLUGINS_FS_WALK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/fs/stat.h"
#include "runtime/fields.h"

namespace rondo::fs {

// What stands below a directory.
struct WalkEntry {
  std::string path = {};  // From the directory that is walked: "sub/file".
  FileType type = FileType::kUnknown;
  std::optional<FileInfo> info = {};  // With `info` only.
  // Of a directory that could not be read, why; else empty.
  std::string error = {};

  void VisitFields(FieldVisitor& visit) {
    visit("path", path);
    visit("type", type);
    visit("info", info);
    visit("error", error);
  }
};

// Lists a directory and all below it: a directory before what is in it, and nothing of it after its
// last entry. Symbolic links are listed and not followed, but `path` itself may be one. A directory
// that cannot be read is listed with the reason, and the walk goes on. What is added or removed
// meanwhile may be in it or not.
//
// Runs in the lane of slow kinds (see FsPlugin).
//
// Errors: those of ReadDir for `path` itself; RESOURCE_EXHAUSTED (more than max_entries, no
// descriptor); ABORTED (a directory was moved elsewhere while the walk was deep inside).
//
//   absl::StatusOr<std::vector<fs::WalkEntry>> tree =
//       co_await runtime.Submit(fs::Walk{.path = "/usr/include"});
struct Walk {
  static constexpr absl::string_view kKind = "fs.walk";
  using Result = std::vector<WalkEntry>;

  std::string path = {};
  // Looks each entry up, as lstat does. One that is gone by then is left out.
  bool info = false;
  // How many levels are listed; 1 is the directory's own entries.
  int64_t max_depth = int64_t{1} << 20;
  int64_t max_entries = int64_t{1} << 20;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("info", info);
    visit("max_depth", max_depth);
    visit("max_entries", max_entries);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_WALK_H_
