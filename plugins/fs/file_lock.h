// Locks on an open file: fs.lock_file, fs.try_lock_file and fs.unlock_file
#ifndef RONDO_PLUGINS_FS_FILE_LOCK_H_
#define RONDO_PLUGINS_FS_FILE_LOCK_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "plugins/fs/file.h"
#include "plugins/fs/handle_field.h"
#include "runtime/fields.h"

namespace rondo::fs {

// A range of a file. Locks of one open file replace each other; those of another, of this process
// or not, are kept out. A lock ends with UnlockFile or when the file is closed. It binds only who
// asks for locks, too. (The kernel calls them open file description locks.)
struct LockRange {
  int64_t offset = 0;
  int64_t size = 0;  // 0: to the end, however the file grows.

  void VisitFields(FieldVisitor& visit) {
    visit("offset", offset);
    visit("size", size);
  }
};

// Locks a range when nobody else has a lock there that is in the way: true if it did.
//
// Errors: FAILED_PRECONDITION (not open, exclusive and not opened for writing, shared and not for
// reading); RESOURCE_EXHAUSTED (too many locks); INVALID_ARGUMENT.
struct TryLockFile {
  static constexpr absl::string_view kKind = "fs.try_lock_file";
  using Result = bool;

  File file = {};
  // Else shared: as many as like, but no exclusive one beside them.
  bool exclusive = true;
  LockRange range = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("exclusive", exclusive);
    visit("range", range);
  }
};

// The same, but waits, without occupying a thread: it asks again every few milliseconds, as there
// is nothing that the kernel would tell.
//
//   absl::Status locked = co_await runtime.Submit(fs::LockFile{.file = file},
//                                                 {.timeout = absl::Seconds(5)});
struct LockFile {
  static constexpr absl::string_view kKind = "fs.lock_file";
  using Result = void;

  File file = {};
  bool exclusive = true;
  LockRange range = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("exclusive", exclusive);
    visit("range", range);
  }
};

// Ends locks in a range.
//
// Errors: FAILED_PRECONDITION (not open); INVALID_ARGUMENT.
struct UnlockFile {
  static constexpr absl::string_view kKind = "fs.unlock_file";
  using Result = void;

  File file = {};
  LockRange range = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("range", range);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_LOCK_H_
