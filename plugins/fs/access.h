// fs.access and fs.exists
#ifndef RONDO_PLUGINS_FS_ACCESS_H_
#define RONDO_PLUGINS_FS_ACCESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Whether this process may do with a file what is asked for: OK, or why not. The answer may be out
// of date when it comes; to open the file and see is always the better test.
//
// Errors: NOT_FOUND; PERMISSION_DENIED (also of a directory on the way, and to write where the file
// system is read-only); FAILED_PRECONDITION (a path through what is no directory);
// INVALID_ARGUMENT (a NUL in the path, a path or a name that is too long).
//
//   absl::Status may = co_await runtime.Submit(fs::Access{.path = "notes.txt", .write = true});
struct Access {
  static constexpr absl::string_view kKind = "fs.access";
  using Result = void;

  std::string path = {};
  // None of them: whether there is such a file.
  bool read = false;
  bool write = false;
  bool execute = false;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("read", read);
    visit("write", write);
    visit("execute", execute);
  }
};

// Whether there is something at `path`. A symbolic link counts for what it leads to.
//
// Errors: as Access, but false instead of NOT_FOUND, and where a file stands in the way.
//
//   absl::StatusOr<bool> there = co_await runtime.Submit(fs::Exists{.path = "notes.txt"});
struct Exists {
  static constexpr absl::string_view kKind = "fs.exists";
  using Result = bool;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_ACCESS_H_
