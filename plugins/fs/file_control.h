// What else is done with an open file: fs.sync_file, fs.truncate_file, fs.advise_file
#ifndef RONDO_PLUGINS_FS_FILE_CONTROL_H_
#define RONDO_PLUGINS_FS_FILE_CONTROL_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/fs/file.h"
#include "plugins/fs/handle_field.h"
#include "runtime/fields.h"

namespace rondo::fs {

// Makes what was written to a file durable; of a directory, the names in it. Runs in the lane of
// slow kinds (see FsPlugin).
//
// Errors: FAILED_PRECONDITION (not open); INVALID_ARGUMENT (what cannot be synced); those of the
// disk. After such a failure data may be lost, and a second sync that succeeds does not mean that
// they are not.
struct SyncFile {
  static constexpr absl::string_view kKind = "fs.sync_file";
  using Result = void;

  File file = {};
  // Only what is needed to read the data again: not the times, for one.
  bool data_only = false;

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("data_only", data_only);
  }
};

// Makes an open file `size` bytes long: see Truncate.
//
// Errors: FAILED_PRECONDITION (not open); INVALID_ARGUMENT (not opened for writing, a negative
// size); OUT_OF_RANGE (larger than a file may be).
struct TruncateFile {
  static constexpr absl::string_view kKind = "fs.truncate_file";
  using Result = void;

  File file = {};
  int64_t size = 0;

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("size", size, {.required = true});
  }
};

// What a file is going to be used for.
enum class Advice : uint8_t { kNormal, kSequential, kRandom, kWillNeed, kDontNeed, kNoReuse };

inline constexpr EnumName<Advice> kAdviceNames[] = {
    {Advice::kNormal, "normal"},      {Advice::kSequential, "sequential"},
    {Advice::kRandom, "random"},      {Advice::kWillNeed, "will_need"},
    {Advice::kDontNeed, "dont_need"}, {Advice::kNoReuse, "no_reuse"},
};
constexpr absl::Span<const EnumName<Advice>> EnumNames(Advice) { return kAdviceNames; }

// Tells the kernel about a range of a file. That changes how fast things are and nothing else.
//
// Errors: FAILED_PRECONDITION (not open, a FIFO); INVALID_ARGUMENT.
struct AdviseFile {
  static constexpr absl::string_view kKind = "fs.advise_file";
  using Result = void;

  File file = {};
  Advice advice = Advice::kNormal;
  int64_t offset = 0;
  int64_t size = 0;  // 0: to the end.

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "file", file);
    visit("advice", advice);
    visit("offset", offset);
    visit("size", size);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_CONTROL_H_
