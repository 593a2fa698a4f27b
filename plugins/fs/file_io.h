// Reading and writing an open file: fs.read_at, fs.write_at and the same of several pieces
#ifndef RONDO_PLUGINS_FS_FILE_IO_H_
#define RONDO_PLUGINS_FS_FILE_IO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/fs/file.h"
#include "plugins/fs/handle_field.h"
#include "runtime/fields.h"

namespace rondo::fs {

// In the place of an offset: where the file itself stands, which goes on by what was read or
// written. For FIFOs, terminals and other files without offsets; one such task at a time.
inline constexpr int64_t kCurrentOffset = -1;

// Reads `size` bytes from `offset` on; fewer only where the file ends, none at or behind its end.
// At kCurrentOffset, what there is, at least one byte, and none at the end.
//
// Errors: FAILED_PRECONDITION (not open, a directory); PERMISSION_DENIED or FAILED_PRECONDITION
// (not opened for reading); RESOURCE_EXHAUSTED (no memory); INVALID_ARGUMENT (an offset or a size
// out of range); those of the file system. When a part was read, the message says how many bytes.
//
//   std::string buffer;
//   auto block = co_await runtime.Submit(
//       fs::ReadAt{.file = file, .offset = 4096, .size = 4096, .buffer = std::move(buffer)});
struct ReadAt {
  static constexpr absl::string_view kKind = "fs.read_at";
  using Result = std::string;

  File file = {};
  int64_t offset = 0;
  int64_t size = 0;
  // A string whose memory is used for the result, such as an earlier result.
  std::string buffer = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("offset", offset);
    visit("size", size, {.required = true});
  }
};

// As ReadAt, into pieces of these sizes, one behind the other; the last ones are shorter, or empty,
// where the file ends.
struct ReadVectorAt {
  static constexpr absl::string_view kKind = "fs.read_vector_at";
  using Result = std::vector<std::string>;

  File file = {};
  int64_t offset = 0;
  std::vector<int64_t> sizes = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("offset", offset);
    visit("sizes", sizes, {.required = true});
  }
};

// Writes all of `data` from `offset` on. To a file that was opened with append, at its end.
//
// Errors: FAILED_PRECONDITION (not open); RESOURCE_EXHAUSTED (no space or quota); OUT_OF_RANGE
// (larger than a file may be); INVALID_ARGUMENT (a negative offset); those of the file system. The
// message says how many bytes were written.
struct WriteAt {
  static constexpr absl::string_view kKind = "fs.write_at";
  using Result = void;

  File file = {};
  int64_t offset = 0;
  std::string data = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("offset", offset);
    visit("data", data);
  }
};

// As WriteAt, the pieces one behind the other.
struct WriteVectorAt {
  static constexpr absl::string_view kKind = "fs.write_vector_at";
  using Result = void;

  File file = {};
  int64_t offset = 0;
  std::vector<std::string> data = {};

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("offset", offset);
    visit("data", data);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_IO_H_
