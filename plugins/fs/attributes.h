// fs.chmod, fs.chown and fs.set_times
#ifndef RONDO_PLUGINS_FS_ATTRIBUTES_H_
#define RONDO_PLUGINS_FS_ATTRIBUTES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Sets the permissions of a file.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a path through what is no directory);
// INVALID_ARGUMENT (a mode with more than permissions, a NUL in the path, a path or a name that is
// too long).
//
//   absl::Status status = co_await runtime.Submit(fs::Chmod{.path = "run.sh", .mode = 0755});
struct Chmod {
  static constexpr absl::string_view kKind = "fs.chmod";
  using Result = void;

  std::string path = {};
  uint32_t mode = 0;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("mode", mode, {.required = true});
  }
};

// Gives a file to another user, another group, or both.
//
// Errors: as Chmod.
struct Chown {
  static constexpr absl::string_view kKind = "fs.chown";
  using Result = void;

  std::string path = {};
  std::optional<uint32_t> uid = {};
  std::optional<uint32_t> gid = {};
  // False: of a symbolic link itself.
  bool follow_symlinks = true;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("uid", uid);
    visit("gid", gid);
    visit("follow_symlinks", follow_symlinks);
  }
};

// Sets the times of a file; what is not given stays.
//
// Errors: as Chmod; INVALID_ARGUMENT (an infinite time).
//
//   absl::Status status =
//       co_await runtime.Submit(fs::SetTimes{.path = "notes.txt", .modify_time = absl::Now()});
struct SetTimes {
  static constexpr absl::string_view kKind = "fs.set_times";
  using Result = void;

  std::string path = {};
  std::optional<absl::Time> access_time = {};
  std::optional<absl::Time> modify_time = {};
  // False: of a symbolic link itself.
  bool follow_symlinks = true;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("access_time", access_time);
    visit("modify_time", modify_time);
    visit("follow_symlinks", follow_symlinks);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_ATTRIBUTES_H_
