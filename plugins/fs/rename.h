// fs.rename
#ifndef RONDO_PLUGINS_FS_RENAME_H_
#define RONDO_PLUGINS_FS_RENAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Gives a file or a directory another name, at once for everybody who looks.
//
// Errors: NOT_FOUND; ALREADY_EXISTS (replace = false); PERMISSION_DENIED; FAILED_PRECONDITION (a
// directory that is not empty, or a file and a directory); INVALID_ARGUMENT (a directory into
// itself, options that contradict each other or that the file system does not know, a NUL in a
// path, a path or a name that is too long); UNIMPLEMENTED (exchange or replace = false on a file
// system without it). Onto another file system: FAILED_PRECONDITION or UNKNOWN with "Invalid
// cross-device link"; CopyTree and RemoveAll do that.
//
//   absl::Status status =
//       co_await runtime.Submit(fs::Rename{.from = "notes.new", .to = "notes.txt"});
struct Rename {
  static constexpr absl::string_view kKind = "fs.rename";
  using Result = void;

  std::string from = {};
  std::string to = {};
  // Whether what stands at `to` is replaced.
  bool replace = true;
  // Both must be there, and each gets the other's name.
  bool exchange = false;

  void VisitFields(FieldVisitor& visit) {
    visit("from", from, {.required = true});
    visit("to", to, {.required = true});
    visit("replace", replace);
    visit("exchange", exchange);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_RENAME_H_
