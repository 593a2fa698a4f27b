// fs.write_file
#ifndef RONDO_PLUGINS_FS_WRITE_FILE_H_
#define RONDO_PLUGINS_FS_WRITE_FILE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Makes `data` the content of a file.
//
// Errors: NOT_FOUND; ALREADY_EXISTS; PERMISSION_DENIED; FAILED_PRECONDITION (a directory, a path
// through what is none; with `atomic`, all that is not a regular file); RESOURCE_EXHAUSTED (no
// space, quota or descriptor left); OUT_OF_RANGE (larger than a file may be); INVALID_ARGUMENT (a
// NUL in the path, a path or a name that is too long, options that contradict each other). When the
// writing itself fails, the message says how many bytes were written.
//
//   absl::Status status = co_await runtime.Submit(
//       fs::WriteFile{.path = "notes.txt", .data = text, .atomic = true});
struct WriteFile {
  static constexpr absl::string_view kKind = "fs.write_file";
  using Result = void;

  std::string path = {};
  std::string data = {};
  // The permissions of a file that is created, before the umask.
  uint32_t mode = 0666;
  // Creates the file when there is none.
  bool create = true;
  // With create: fails when there is one, be it a symbolic link that leads nowhere.
  bool exclusive = false;
  // Drops the old content first. Without it, what lies behind the end of `data` stays.
  bool truncate = true;
  // Readers, and whoever comes after a crash or a power failure, find either the old content or
  // the new, whole: `data` goes to a temporary file beside `path`, is made durable, and takes the
  // place of the old file, with its mode and owner. Needs permission to read and write the
  // directory. Other hard links keep the old content, and extended attributes are lost.
  // Symbolic links are followed, but in a sticky directory that all may write to only those of its
  // owner and one's own, and not to a file that has lost its name (/proc/self/fd).
  // When it fails or is cancelled, the old file stands untouched and the temporary one is removed;
  // a killed process leaves one behind, named .rondo-*.tmp. Only a failure of the last step, which
  // begins with "replaced, but maybe not durable", comes too late: the new file stands, and the
  // disk may lose it for the old one in a power failure. Contradicts truncate = false.
  bool atomic = false;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("data", data);
    visit("mode", mode);
    visit("create", create);
    visit("exclusive", exclusive);
    visit("truncate", truncate);
    visit("atomic", atomic);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_WRITE_FILE_H_
