// fs.stat_fs and fs.sync
#ifndef RONDO_PLUGINS_FS_STAT_FS_H_
#define RONDO_PLUGINS_FS_STAT_FS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// What a file system has and how much of it is left.
struct FsInfo {
  uint64_t type = 0;  // Its magic number, as in statfs(2).
  int64_t block_bytes = 0;
  int64_t total_bytes = 0;
  int64_t free_bytes = 0;
  int64_t available_bytes = 0;  // To an ordinary user.
  int64_t total_files = 0;
  int64_t free_files = 0;
  int64_t max_name_bytes = 0;
  bool read_only = false;

  void VisitFields(FieldVisitor& visit) {
    visit("type", type);
    visit("block_bytes", block_bytes);
    visit("total_bytes", total_bytes);
    visit("free_bytes", free_bytes);
    visit("available_bytes", available_bytes);
    visit("total_files", total_files);
    visit("free_files", free_files);
    visit("max_name_bytes", max_name_bytes);
    visit("read_only", read_only);
  }
};

// Looks up the file system that a file is on.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a path through what is no directory);
// INVALID_ARGUMENT (a NUL in the path, a path or a name that is too long).
//
//   absl::StatusOr<fs::FsInfo> info = co_await runtime.Submit(fs::StatFs{.path = "/"});
struct StatFs {
  static constexpr absl::string_view kKind = "fs.stat_fs";
  using Result = FsInfo;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

// Makes all that was written to the file system of `path` durable, or to every one when it is
// empty. Runs in the lane of slow kinds (see FsPlugin).
//
// Errors: those of opening `path` for reading, and of the disks.
struct Sync {
  static constexpr absl::string_view kKind = "fs.sync";
  using Result = void;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_STAT_FS_H_
