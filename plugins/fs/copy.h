// fs.copy_file and fs.copy_tree
#ifndef RONDO_PLUGINS_FS_COPY_H_
#define RONDO_PLUGINS_FS_COPY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Copies the content of a file, and returns how many bytes it has. Where the file system can, the
// copy shares the blocks of the original (a reflink) or the kernel copies by itself; holes stay
// holes. A file that grows meanwhile is copied as far as it was when that began. Runs in the lane
// of slow kinds (see FsPlugin).
//
// When it fails or is cancelled, a new `to` is removed, and one that was there has lost its
// content.
//
// Errors: NOT_FOUND; ALREADY_EXISTS (exclusive); PERMISSION_DENIED; FAILED_PRECONDITION (a
// directory, a path through what is none); RESOURCE_EXHAUSTED (no space, quota or descriptor);
// INVALID_ARGUMENT (both are the same file, a NUL in a path, a path or a name that is too long).
// When the copying itself fails, the message says how many bytes were copied.
//
//   absl::StatusOr<int64_t> bytes =
//       co_await runtime.Submit(fs::CopyFile{.from = "notes.txt", .to = "notes.bak"});
struct CopyFile {
  static constexpr absl::string_view kKind = "fs.copy_file";
  using Result = int64_t;

  std::string from = {};
  std::string to = {};
  // Fails when there is a `to`.
  bool exclusive = false;
  // Gives the copy the original's permissions in full, times and, where that is permitted, owner;
  // else it has the permissions less the umask.
  bool preserve = false;
  // Makes the copy durable before the task ends.
  bool sync = false;

  void VisitFields(FieldVisitor& visit) {
    visit("from", from, {.required = true});
    visit("to", to, {.required = true});
    visit("exclusive", exclusive);
    visit("preserve", preserve);
    visit("sync", sync);
  }
};

// What CopyTree has copied.
struct CopiedTree {
  int64_t entries = 0;  // With the directory itself.
  int64_t bytes = 0;    // Of regular files.

  void VisitFields(FieldVisitor& visit) {
    visit("entries", entries);
    visit("bytes", bytes);
  }
};

// Copies a directory and all in it: files, directories, symbolic links as links, FIFOs. `to` must
// not be there. Hard links become files of their own. Runs in the lane of slow kinds.
//
// When it fails or is cancelled, what was copied stays.
//
// Errors: those of CopyFile; ALREADY_EXISTS; FAILED_PRECONDITION (a socket or a device among it);
// INVALID_ARGUMENT (into itself).
//
//   absl::StatusOr<fs::CopiedTree> copied =
//       co_await runtime.Submit(fs::CopyTree{.from = "site", .to = "site.bak"});
struct CopyTree {
  static constexpr absl::string_view kKind = "fs.copy_tree";
  using Result = CopiedTree;

  std::string from = {};
  std::string to = {};
  // As of CopyFile, for directories as well.
  bool preserve = false;

  void VisitFields(FieldVisitor& visit) {
    visit("from", from, {.required = true});
    visit("to", to, {.required = true});
    visit("preserve", preserve);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_COPY_H_
