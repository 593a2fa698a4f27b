#include "plugins/fs/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// How much is read at once. The string clears what it is going to be filled with; a piece of this
// size is still in the cache when the read comes.
constexpr size_t kReadBytes = size_t{256} << 10;

// Where a file's size is not known.
constexpr size_t kFirstBytes = 4096;

// What is reserved at most before anything was read: a file may say that it has any size, holes
// cost nothing. As much as max_bytes is when nobody raises it.
constexpr size_t kMostFirstBytes = size_t{1} << 30;

absl::Status TooLarge(const ReadFile& request) {
  return absl::ResourceExhaustedError(absl::StrCat("read ", Quoted(request.path), ": larger than ",
                                                   request.max_bytes, " bytes (max_bytes)"));
}

absl::Status ReadError(const ReadFile& request, size_t done) {
  return absl::ErrnoToStatus(
      errno, absl::StrCat("read ", Quoted(request.path), " (", done, " bytes read)"));
}

// Only a read of 0 bytes tells the end; the size is where the buffer begins, nothing more.
// Throws what the string throws when it cannot grow.
absl::StatusOr<std::string> ReadToEnd(int fd, size_t size, const ReadFile& request,
                                      StopRequested stopped) {
  const uint64_t max_bytes = static_cast<uint64_t>(request.max_bytes);
  std::string text;
  size_t done = 0;
  // One more for the read that finds the end.
  text.reserve(std::min(size, kMostFirstBytes) + 1);
  for (;;) {
    if (done == text.capacity()) text.reserve(2 * done);
    text.resize(std::min({text.capacity(), done + kReadBytes, max_bytes + 1}));
    const ssize_t count = ReadSome(fd, absl::MakeSpan(text).subspan(done), stopped);
    if (count < 0) return ReadError(request, done);
    if (count == 0) break;
    done += static_cast<size_t>(count);
    if (done > max_bytes) return TooLarge(request);
  }
  text.resize(done);
  return text;
}

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(const ReadFile& request, StopRequested stopped) {
  if (request.max_bytes < 0) {
    return absl::InvalidArgumentError(absl::StrCat("read ", Quoted(request.path), ": max_bytes is ",
                                                   request.max_bytes, ", less than 0"));
  }
  absl::StatusOr<UniqueFd> fd = Open(request.path, O_RDONLY);
  if (!fd.ok()) return fd.status();

  struct stat info;
  if (fstat(fd->get(), &info) < 0) return PathError(errno, "stat", request.path);
  if (S_ISDIR(info.st_mode)) return PathError(EISDIR, "read", request.path);
  if (S_ISFIFO(info.st_mode) && AwaitWriter(fd->get(), stopped) < 0) return ReadError(request, 0);
  if (S_ISREG(info.st_mode) && info.st_size > request.max_bytes) return TooLarge(request);
  const size_t size = std::max<size_t>(static_cast<size_t>(info.st_size), kFirstBytes - 1);
  const auto no_memory = [&] {
    return absl::ResourceExhaustedError(
        absl::StrCat("read ", Quoted(request.path), ": no memory for so large a file"));
  };
  try {
    return ReadToEnd(fd->get(), size, request, stopped);
  } catch (const std::bad_alloc&) {
    return no_memory();
  } catch (const std::length_error&) {
    return no_memory();
  }
}

}  // namespace rondo::fs::internal
