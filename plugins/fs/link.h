// fs.link, fs.symlink, fs.read_link and fs.real_path
#ifndef RONDO_PLUGINS_FS_LINK_H_
#define RONDO_PLUGINS_FS_LINK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Gives the file `target` a second name, `path` (a hard link). A symbolic link gets one itself.
//
// Errors: NOT_FOUND; ALREADY_EXISTS; PERMISSION_DENIED (also for a directory, or where the file
// system has no links); FAILED_PRECONDITION (a path through what is no directory, another file
// system, too many links); RESOURCE_EXHAUSTED; INVALID_ARGUMENT (a NUL in a path, a path or a name
// that is too long).
//
//   absl::Status status = co_await runtime.Submit(fs::Link{.target = "a", .path = "b"});
struct Link {
  static constexpr absl::string_view kKind = "fs.link";
  using Result = void;

  std::string target = {};
  std::string path = {};

  void VisitFields(FieldVisitor& visit) {
    visit("target", target, {.required = true});
    visit("path", path, {.required = true});
  }
};

// Makes `path` a symbolic link that leads to `target`, which need not be there, and is relative to
// the directory of `path`.
//
// Errors: as Link.
struct Symlink {
  static constexpr absl::string_view kKind = "fs.symlink";
  using Result = void;

  std::string target = {};
  std::string path = {};

  void VisitFields(FieldVisitor& visit) {
    visit("target", target, {.required = true});
    visit("path", path, {.required = true});
  }
};

// Where a symbolic link leads, as it is written there.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; INVALID_ARGUMENT (not a symbolic link, a NUL in the path, a
// path or a name that is too long).
struct ReadLink {
  static constexpr absl::string_view kKind = "fs.read_link";
  using Result = std::string;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

// The absolute path of a file, without symbolic links, "." and "..".
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a path through what is no directory);
// INVALID_ARGUMENT (a NUL in the path, a path or a name that is too long); those of ELOOP.
struct RealPath {
  static constexpr absl::string_view kKind = "fs.real_path";
  using Result = std::string;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_LINK_H_
