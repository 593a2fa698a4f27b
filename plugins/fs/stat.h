// fs.stat and fs.lstat
#ifndef RONDO_PLUGINS_FS_STAT_H_
#define RONDO_PLUGINS_FS_STAT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/fields.h"

namespace rondo::fs {

enum class FileType : uint8_t {
  kUnknown,
  kRegular,
  kDirectory,
  kSymlink,
  kFifo,
  kSocket,
  kCharacterDevice,
  kBlockDevice,
};

inline constexpr EnumName<FileType> kFileTypeNames[] = {
    {FileType::kUnknown, "unknown"},
    {FileType::kRegular, "regular"},
    {FileType::kDirectory, "directory"},
    {FileType::kSymlink, "symlink"},
    {FileType::kFifo, "fifo"},
    {FileType::kSocket, "socket"},
    {FileType::kCharacterDevice, "character_device"},
    {FileType::kBlockDevice, "block_device"},
};
constexpr absl::Span<const EnumName<FileType>> EnumNames(FileType) { return kFileTypeNames; }

// What the file system knows of a file besides its content.
struct FileInfo {
  FileType type = FileType::kUnknown;
  int64_t size = 0;             // In bytes; of a symbolic link, the length of where it leads.
  int64_t allocated_bytes = 0;  // On the disk: less than size for a file with holes.
  uint32_t mode = 0;            // The permissions with set-user-id, set-group-id and sticky: 07777.
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t device = 0;  // As in st_dev. The pair of device and inode is the file's identity.
  uint64_t inode = 0;
  uint64_t links = 0;
  absl::Time access_time;
  absl::Time modify_time;                // Of the content.
  absl::Time change_time;                // Of the content or of what stands here.
  std::optional<absl::Time> birth_time;  // Not every file system keeps it.

  void VisitFields(FieldVisitor& visit) {
    visit("type", type);
    visit("size", size);
    visit("allocated_bytes", allocated_bytes);
    visit("mode", mode);
    visit("uid", uid);
    visit("gid", gid);
    visit("device", device);
    visit("inode", inode);
    visit("links", links);
    visit("access_time", access_time);
    visit("modify_time", modify_time);
    visit("change_time", change_time);
    visit("birth_time", birth_time);
  }
};

// Looks a file up.
//
// Errors: NOT_FOUND; PERMISSION_DENIED (a directory on the way); FAILED_PRECONDITION (a path
// through what is no directory); INVALID_ARGUMENT (a NUL in the path, a path or a name that is too
// long).
//
//   absl::StatusOr<fs::FileInfo> info = co_await runtime.Submit(fs::Stat{.path = "notes.txt"});
struct Stat {
  static constexpr absl::string_view kKind = "fs.stat";
  using Result = FileInfo;

  std::string path = {};
  // False: looks at a symbolic link itself, not at what it leads to.
  bool follow_symlinks = true;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("follow_symlinks", follow_symlinks);
  }
};

// The same of a symbolic link itself, as Stat does it without follow_symlinks.
struct Lstat {
  static constexpr absl::string_view kKind = "fs.lstat";
  using Result = FileInfo;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_STAT_H_
