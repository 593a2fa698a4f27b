#include "plugins/fs/open_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "plugins/fs/file_info.h"
#include "plugins/fs/io.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// As getdents64 lays entries out, one behind the other. The kernel's own struct of that name.
constexpr size_t kLengthAt = 16;
constexpr size_t kTypeAt = 18;
constexpr size_t kNameAt = 19;

constexpr size_t kBufferBytes = size_t{32} << 10;

bool IsDots(const char* name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

// Not every file system knows types without looking.
bool NeedsLook(const DirEntry& entry, bool info) {
  return info || entry.type == FileType::kUnknown;
}

// 0 or an errno; ENOENT for an entry that is gone.
int Look(int fd, bool info, DirEntry& entry) {
  FileInfo found;
  const int error = LookUpAt(fd, entry.name.c_str(), AT_SYMLINK_NOFOLLOW, found);
  if (error != 0) return error;
  entry.type = found.type;
  if (info) entry.info = found;
  return 0;
}

}  // namespace

absl::StatusOr<UniqueFd> OpenDirectoryFd(const std::string& path, int flags) {
  return Open(path, O_RDONLY | O_DIRECTORY | flags);
}

int ReadSomeEntries(int fd, bool info, std::vector<DirEntry>& entries, bool& end) {
  std::array<char, kBufferBytes> buffer;
  const size_t before = entries.size();
  end = false;
  while (entries.size() == before && !end) {
    const long bytes = syscall(SYS_getdents64, fd, buffer.data(), buffer.size());
    if (bytes < 0) return errno;
    end = bytes == 0;
    for (size_t at = 0; at < static_cast<size_t>(bytes);) {
      const char* const raw = buffer.data() + at;
      uint16_t length;
      std::memcpy(&length, raw + kLengthAt, sizeof(length));
      at += length;
      if (IsDots(raw + kNameAt)) continue;
      DirEntry entry{.name = raw + kNameAt,
                     .type = TypeOfEntry(static_cast<unsigned char>(raw[kTypeAt]))};
      if (NeedsLook(entry, info)) {
        const int error = Look(fd, info, entry);
        if (error == ENOENT) continue;
        if (error != 0) return error;
      }
      entries.push_back(std::move(entry));
    }
  }
  return 0;
}

absl::StatusOr<std::vector<DirEntry>> OpenDirectory::Next(bool info) {
  if (!mu_.TryLock()) {
    return absl::FailedPreconditionError(
        absl::StrCat("read ", Quoted(path_), ": another task reads this directory"));
  }
  std::vector<DirEntry> entries;
  const int error = end_ ? 0 : ReadSomeEntries(fd_.get(), info, entries, end_);
  mu_.Unlock();
  if (error != 0) return PathError(error, "read", path_);
  return entries;
}

}  // namespace rondo::fs::internal
