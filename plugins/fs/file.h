// An open file, and the kinds that open and close one.
#ifndef RONDO_PLUGINS_FS_FILE_H_
#define RONDO_PLUGINS_FS_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "plugins/fs/handle_field.h"
#include "plugins/fs/stat.h"
#include "runtime/fields.h"

namespace rondo::fs {

namespace internal {
class OpenedFile;
}  // namespace internal

// An open file. Copies are the same one, which is closed with the last of them and of the tasks
// that use it; CloseFile closes it at once and says whether that worked.
//
// Thread safety: as a std::shared_ptr. What is done with it are task kinds, any number of which may
// run at once; their order is not promised.
//
//   absl::StatusOr<fs::File> file =
//       co_await runtime.Submit(fs::OpenFile{.path = "data", .flags = {.read = true}});
//   absl::StatusOr<std::string> head =
//       co_await runtime.Submit(fs::ReadAt{.file = *file, .offset = 0, .size = 512});
class File {
 public:
  static constexpr absl::string_view kResource = "fs.file";

  File() = default;
  // For the plugin.
  explicit File(std::shared_ptr<internal::OpenedFile> file) : file_(std::move(file)) {}

  explicit operator bool() const { return file_ != nullptr; }

  // As it was opened.
  // REQUIRES: *this is true.
  const std::string& path() const;
  // To be used and not to be closed; -1 once it is closed.
  // REQUIRES: *this is true.
  int fd() const;

  // For the plugin.
  const std::shared_ptr<internal::OpenedFile>& opened() const { return file_; }

 private:
  std::shared_ptr<internal::OpenedFile> file_;
};

// How a file is opened.
struct OpenFlags {
  bool read = false;
  bool write = false;
  // Every write goes to the end. Opens for writing.
  bool append = false;
  // Creates the file when there is none.
  bool create = false;
  // With create: fails when there is one.
  bool exclusive = false;
  // Drops the old content. Needs write.
  bool truncate = false;
  // Every write is durable when it ends: the data, and what is needed to find them.
  bool data_sync = false;
  // Past the page cache: sizes and offsets are then bound by the device.
  bool direct = false;
  // Fails when the path ends in a symbolic link.
  bool no_follow = false;

  void VisitFields(FieldVisitor& visit) {
    visit("read", read);
    visit("write", write);
    visit("append", append);
    visit("create", create);
    visit("exclusive", exclusive);
    visit("truncate", truncate);
    visit("data_sync", data_sync);
    visit("direct", direct);
    visit("no_follow", no_follow);
  }
};

// Opens a file. A FIFO is opened for writing when somebody reads it, and for reading at once: then
// the reads wait for a writer. A directory may be opened for reading, to sync it.
//
// Errors: NOT_FOUND; ALREADY_EXISTS; PERMISSION_DENIED; FAILED_PRECONDITION (a directory to be
// written, a path through what is none); RESOURCE_EXHAUSTED (no descriptor); INVALID_ARGUMENT (a
// NUL in the path, a path or a name that is too long, flags that contradict each other or that the
// file system does not know).
struct OpenFile {
  static constexpr absl::string_view kKind = "fs.open_file";
  using Result = File;

  std::string path = {};
  OpenFlags flags = {};
  // The permissions of a file that is created, before the umask.
  uint32_t mode = 0666;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("flags", flags);
    visit("mode", mode);
  }
};

// Makes a file with a name that nothing has, which only its owner may read and write, and opens it
// for both. File::path() says where.
//
// Errors: those of OpenFile.
struct MakeTempFile {
  static constexpr absl::string_view kKind = "fs.make_temp_file";
  using Result = File;

  // What the path begins and ends with.
  std::string prefix = "/tmp/rondo-";
  std::string suffix = {};

  void VisitFields(FieldVisitor& visit) {
    visit("prefix", prefix);
    visit("suffix", suffix);
  }
};

// Closes a file, and says what the file system only tells now: that data which were written have no
// place. In any case the file is closed then.
//
// Errors: FAILED_PRECONDITION (closed already; or in use, by tasks that have not ended or were
// cancelled while they ran: nothing new can be done with it then, and it is closed when they end);
// those of the file system.
//
//   absl::Status status = co_await runtime.Submit(fs::CloseFile{.file = *file});
struct CloseFile {
  static constexpr absl::string_view kKind = "fs.close_file";
  using Result = void;

  File file = {};

  void VisitFields(FieldVisitor& visit) { internal::VisitHandle(visit, "file", file); }
};

// Looks an open file up.
//
// Errors: FAILED_PRECONDITION (not open).
struct StatFile {
  static constexpr absl::string_view kKind = "fs.stat_file";
  using Result = FileInfo;

  File file = {};

  void VisitFields(FieldVisitor& visit) { internal::VisitHandle(visit, "file", file); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_H_
