// fs.make_dir and fs.make_temp_dir
#ifndef RONDO_PLUGINS_FS_MAKE_DIR_H_
#define RONDO_PLUGINS_FS_MAKE_DIR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Makes a directory.
//
// Errors: ALREADY_EXISTS (without `parents`, whatever is there; with it, what is no directory);
// NOT_FOUND (of the directory above); PERMISSION_DENIED; FAILED_PRECONDITION (a path through what
// is no directory); RESOURCE_EXHAUSTED; INVALID_ARGUMENT (a NUL in the path, a path or a name that
// is too long, a mode with more than permissions).
//
//   absl::Status status =
//       co_await runtime.Submit(fs::MakeDir{.path = "cache/images/small", .parents = true});
struct MakeDir {
  static constexpr absl::string_view kKind = "fs.make_dir";
  using Result = void;

  std::string path = {};
  // Before the umask. Directories above that are made have 0777.
  uint32_t mode = 0777;
  // Makes the directories above as well, and is content when it is there already.
  bool parents = false;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("mode", mode);
    visit("parents", parents);
  }
};

// Makes a directory with a name that nothing has, which only its owner may enter, and returns its
// path.
//
// Errors: those of MakeDir.
//
//   absl::StatusOr<std::string> path = co_await runtime.Submit(fs::MakeTempDir{});
struct MakeTempDir {
  static constexpr absl::string_view kKind = "fs.make_temp_dir";
  using Result = std::string;

  // What the path begins with.
  std::string prefix = "/tmp/rondo-";

  void VisitFields(FieldVisitor& visit) { visit("prefix", prefix); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_MAKE_DIR_H_
