// fs.append_file
#ifndef RONDO_PLUGINS_FS_APPEND_FILE_H_
#define RONDO_PLUGINS_FS_APPEND_FILE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Adds `data` at the end of a file, wherever that is by then: several who append to one file at a
// time do not overwrite each other.
//
// Errors: those of WriteFile. When the writing itself fails, the message says how many bytes were
// written.
//
//   absl::Status status =
//       co_await runtime.Submit(fs::AppendFile{.path = "log.txt", .data = "started\n"});
struct AppendFile {
  static constexpr absl::string_view kKind = "fs.append_file";
  using Result = void;

  std::string path = {};
  std::string data = {};
  // The permissions of a file that is created, before the umask.
  uint32_t mode = 0666;
  // Creates the file when there is none.
  bool create = true;
  // Makes what was written durable before the task ends.
  bool sync = false;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("data", data);
    visit("mode", mode);
    visit("create", create);
    visit("sync", sync);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_APPEND_FILE_H_
