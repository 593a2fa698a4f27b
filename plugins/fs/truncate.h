// fs.truncate
#ifndef RONDO_PLUGINS_FS_TRUNCATE_H_
#define RONDO_PLUGINS_FS_TRUNCATE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Makes a file `size` bytes long: cuts off what is behind that, or adds a hole.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (a directory, a path through what is
// none); OUT_OF_RANGE (larger than a file may be); INVALID_ARGUMENT (a negative size, what is no
// regular file, a NUL in the path, a path or a name that is too long).
//
//   absl::Status status = co_await runtime.Submit(fs::Truncate{.path = "log.txt", .size = 0});
struct Truncate {
  static constexpr absl::string_view kKind = "fs.truncate";
  using Result = void;

  std::string path = {};
  int64_t size = 0;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("size", size, {.required = true});
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_TRUNCATE_H_
