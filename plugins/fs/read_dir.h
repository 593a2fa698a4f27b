// fs.read_dir, and fs.open_dir with fs.read_entries for directories of any size
#ifndef RONDO_PLUGINS_FS_READ_DIR_H_
#define RONDO_PLUGINS_FS_READ_DIR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/fs/handle_field.h"
#include "plugins/fs/stat.h"
#include "runtime/fields.h"

namespace rondo::fs {

namespace internal {
class OpenDirectory;
}  // namespace internal

// What stands in a directory.
struct DirEntry {
  std::string name = {};               // The exact bytes: any but '/' and NUL.
  FileType type = FileType::kUnknown;  // Of a symbolic link, kSymlink.
  std::optional<FileInfo> info = {};   // With `info` only.

  void VisitFields(FieldVisitor& visit) {
    visit("name", name);
    visit("type", type);
    visit("info", info);
  }
};

// Lists a directory, without "." and "..", in the order of the file system: as good as none. What
// is added or removed meanwhile may be in it or not; all else is in it once.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; FAILED_PRECONDITION (not a directory); RESOURCE_EXHAUSTED
// (more than max_entries, no descriptor); INVALID_ARGUMENT (a NUL in the path, a path or a name
// that is too long, a negative max_entries).
//
//   absl::StatusOr<std::vector<fs::DirEntry>> entries =
//       co_await runtime.Submit(fs::ReadDir{.path = "/etc"});
struct ReadDir {
  static constexpr absl::string_view kKind = "fs.read_dir";
  using Result = std::vector<DirEntry>;

  std::string path = {};
  // Looks each entry up, symbolic links themselves, as lstat does. One that is gone by then is
  // left out.
  bool info = false;
  int64_t max_entries = int64_t{1} << 20;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("info", info);
    visit("max_entries", max_entries);
  }
};

// A directory that is being read. Copies are the same one; closed with the last of them.
// Thread-compatible.
class Directory {
 public:
  static constexpr absl::string_view kResource = "fs.directory";

  Directory() = default;
  // For the plugin.
  explicit Directory(std::shared_ptr<internal::OpenDirectory> open) : open_(std::move(open)) {}

  explicit operator bool() const { return open_ != nullptr; }
  internal::OpenDirectory* get() const { return open_.get(); }

 private:
  std::shared_ptr<internal::OpenDirectory> open_;
};

// Opens a directory, to list it part by part.
//
// Errors: those of ReadDir.
struct OpenDir {
  static constexpr absl::string_view kKind = "fs.open_dir";
  using Result = Directory;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

// The next entries of an open directory, as many as the kernel gives at once (some hundreds): at
// least one, or none at the end.
//
// Errors: FAILED_PRECONDITION (no open directory, or another task reads it); NOT_FOUND (it has been
// removed).
//
//   absl::StatusOr<fs::Directory> directory = co_await runtime.Submit(fs::OpenDir{.path = "/big"});
//   for (;;) {
//     auto entries = co_await runtime.Submit(fs::ReadEntries{.directory = *directory});
//     if (!entries.ok() || entries->empty()) break;
//     ...
//   }
struct ReadEntries {
  static constexpr absl::string_view kKind = "fs.read_entries";
  using Result = std::vector<DirEntry>;

  Directory directory = {};
  bool info = false;

  void VisitFields(FieldVisitor& visit) {
    internal::VisitHandle(visit, "directory", directory);
    visit("info", info);
  }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_READ_DIR_H_
