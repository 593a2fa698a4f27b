// fs.read_file
#ifndef RONDO_PLUGINS_FS_READ_FILE_H_
#define RONDO_PLUGINS_FS_READ_FILE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Reads a file from its beginning to its end, as they are when the reading gets there: also one
// that grows or shrinks meanwhile, says that it has no size (as in /proc), or is a FIFO or a
// device.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a directory, a path through what is
// none); RESOURCE_EXHAUSTED (larger than max_bytes or than memory, no free descriptor);
// INVALID_ARGUMENT (a NUL in the path, a path or a name that is too long, a negative max_bytes).
//
//   absl::StatusOr<std::string> text =
//       co_await runtime.Submit(fs::ReadFile{.path = "notes.txt"});
struct ReadFile {
  static constexpr absl::string_view kKind = "fs.read_file";
  using Result = std::string;

  std::string path = {};
  int64_t max_bytes = int64_t{1} << 30;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("max_bytes", max_bytes);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_READ_FILE_H_
