#include "plugins/fs/file_io.h"

#include <errno.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/opened_file.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

// How much is transferred between two questions to `stopped`.
constexpr size_t kPieceBytes = size_t{1} << 20;

absl::Status Invalid(absl::string_view operation, const Use& use, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(operation, " ", Quoted(use.path()), ": ", why));
}

absl::Status NoMemory(const Use& use) {
  return absl::ResourceExhaustedError(
      absl::StrCat("read ", Quoted(use.path()), ": no memory for so much"));
}

absl::Status ReadError(const Use& use, size_t done) {
  return absl::ErrnoToStatus(errno,
                             absl::StrCat("read ", Quoted(use.path()), " (", done, " bytes read)"));
}

absl::Status CheckReadRange(const Use& use, int64_t offset, int64_t size) {
  if (offset < kCurrentOffset) return Invalid("read", use, "a negative offset");
  if (size < 0) return Invalid("read", use, "a negative size");
  return absl::OkStatus();
}

// Reads until the buffer is full or the file ends. Or less, at the file's own offset: what comes
// next may take its time.
absl::StatusOr<size_t> ReadInto(const Use& use, int64_t offset, absl::Span<char> buffer,
                                StopRequested stopped) {
  if (offset == kCurrentOffset) {
    if (buffer.empty()) return 0;
    if (IsFifo(use.fd()) && AwaitWriter(use.fd(), stopped) < 0) return ReadError(use, 0);
    const ssize_t count = ReadSome(use.fd(), buffer, stopped);
    if (count < 0) return ReadError(use, 0);
    return static_cast<size_t>(count);
  }
  size_t done = 0;
  while (done < buffer.size()) {
    const absl::Span<char> rest = buffer.subspan(done, kPieceBytes);
    const ssize_t count = ReadSomeAt(use.fd(), rest, offset + static_cast<int64_t>(done), stopped);
    if (count < 0) return ReadError(use, done);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

absl::Status WriteError(const Use& use, ssize_t result, size_t done, size_t size) {
  return absl::ErrnoToStatus(
      result < 0 ? errno : EIO,
      absl::StrCat("write ", Quoted(use.path()), " (", done, " of ", size, " bytes written)"));
}

// The pieces that a write still has to do.
std::vector<iovec> PiecesOf(const std::vector<std::string>& data) {
  std::vector<iovec> pieces;
  pieces.reserve(data.size());
  for (const std::string& part : data) {
    if (part.empty()) continue;
    pieces.push_back({.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()});
  }
  return pieces;
}

// Takes away what was written.
void Advance(absl::Span<iovec>& pieces, size_t count) {
  while (count > 0 && count >= pieces.front().iov_len) {
    count -= pieces.front().iov_len;
    pieces.remove_prefix(1);
  }
  if (count == 0) return;
  pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + count;
  pieces.front().iov_len -= count;
}

}  // namespace

absl::StatusOr<std::string> ReadFileAt(ReadAt request, StopRequested stopped) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("read", request.file);
  if (absl::Status status = CheckReadRange(use, request.offset, request.size); !status.ok()) {
    return status;
  }
  std::string buffer = std::move(request.buffer);
  try {
    buffer.resize(static_cast<size_t>(request.size));
  } catch (const std::bad_alloc&) {
    return NoMemory(use);
  } catch (const std::length_error&) {
    return NoMemory(use);
  }
  absl::StatusOr<size_t> done = ReadInto(use, request.offset, absl::MakeSpan(buffer), stopped);
  if (!done.ok()) return done.status();
  buffer.resize(*done);
  return buffer;
}

absl::StatusOr<std::vector<std::string>> ReadFileVectorAt(const ReadVectorAt& request,
                                                          StopRequested stopped) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("read", request.file);
  std::vector<std::string> pieces;
  size_t total = 0;
  try {
    for (const int64_t size : request.sizes) {
      if (absl::Status status = CheckReadRange(use, request.offset, size); !status.ok()) {
        return status;
      }
      pieces.emplace_back(static_cast<size_t>(size), '\0');
    }
  } catch (const std::bad_alloc&) {
    return NoMemory(use);
  } catch (const std::length_error&) {
    return NoMemory(use);
  }
  std::vector<iovec> vectors = PiecesOf(pieces);
  absl::Span<iovec> left = absl::MakeSpan(vectors);
  while (!left.empty()) {
    const absl::Span<iovec> now = left.subspan(0, IOV_MAX);
    const ssize_t count = ReadVectorSome(use.fd(), now, request.offset, total, stopped);
    if (count < 0) return ReadError(use, total);
    if (count == 0) break;
    total += static_cast<size_t>(count);
    Advance(left, static_cast<size_t>(count));
    if (request.offset == kCurrentOffset) break;
  }
  for (std::string& piece : pieces) {
    piece.resize(std::min(piece.size(), total));
    total -= piece.size();
  }
  return pieces;
}

absl::Status WriteFileAt(const WriteAt& request, StopRequested stopped) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("write", request.file);
  if (request.offset < kCurrentOffset) return Invalid("write", use, "a negative offset");
  if (request.offset == kCurrentOffset) {
    return WriteAll(use.fd(), request.data, use.path(), stopped);
  }
  size_t done = 0;
  while (done < request.data.size()) {
    const absl::string_view rest = absl::string_view(request.data).substr(done, kPieceBytes);
    const ssize_t count =
        WriteSomeAt(use.fd(), rest, request.offset + static_cast<int64_t>(done), stopped);
    if (count <= 0) return WriteError(use, count, done, request.data.size());
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::Status WriteFileVectorAt(const WriteVectorAt& request, StopRequested stopped) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("write", request.file);
  if (request.offset < kCurrentOffset) return Invalid("write", use, "a negative offset");
  std::vector<iovec> vectors = PiecesOf(request.data);
  const size_t size =
      std::accumulate(vectors.begin(), vectors.end(), size_t{0},
                      [](size_t sum, const iovec& piece) { return sum + piece.iov_len; });
  absl::Span<iovec> left = absl::MakeSpan(vectors);
  size_t done = 0;
  while (!left.empty()) {
    const absl::Span<iovec> now = left.subspan(0, IOV_MAX);
    const ssize_t count = WriteVectorSome(use.fd(), now, request.offset, done, stopped);
    if (count <= 0) return WriteError(use, count, done, size);
    done += static_cast<size_t>(count);
    Advance(left, static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

}  // namespace rondo::fs::internal
