// Reads lines and messages from a stream.
#ifndef RONDO_PLUGINS_NET_BUFFERED_READER_H_
#define RONDO_PLUGINS_NET_BUFFERED_READER_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/task.h"

namespace rondo::net {

// Finds the ends of messages in what a stream yields, and keeps what comes behind them for the next
// call. While nothing is kept it owns no memory.
//
// Loop thread only, one call at a time. The stream outlives it, and is read by it alone. A call
// that is cancelled loses nothing.
//
//   net::BufferedReader reader(stream);
//   for (;;) {
//     absl::StatusOr<std::string> line = co_await reader.ReadUntil("\n", 4096);
//     if (!line.ok()) break;
//     ...
//   }
template <typename S>
class BufferedReader {
 public:
  explicit BufferedReader(S& stream) : stream_(stream) {}

  // Yields what comes before `delimiter`, which is dropped.
  // Errors: RESOURCE_EXHAUSTED (more than max_bytes before it), OUT_OF_RANGE (the stream ends
  // first; buffered() is what there was), and those of the stream. Nothing is dropped then.
  // REQUIRES: the delimiter is not empty, and stays.
  Task<absl::StatusOr<std::string>> ReadUntil(absl::string_view delimiter, size_t max_bytes) {
    for (size_t searched = 0;;) {
      const size_t at = buffered().find(delimiter, searched);
      if (!MayBeginWithin(max_bytes, at, delimiter.size())) {
        co_return absl::ResourceExhaustedError(absl::StrCat(
            "read until \"", absl::CEscape(delimiter), "\": not within ", max_bytes, " bytes"));
      }
      if (at != absl::string_view::npos) {
        std::string found(buffered().substr(0, at));
        Consume(at + delimiter.size());
        co_return found;
      }
      searched = buffered().size() - std::min(buffered().size(), delimiter.size() - 1);
      if (absl::Status status = co_await More(); !status.ok()) co_return status;
    }
  }

  // Yields exactly so many bytes.
  // Errors: OUT_OF_RANGE (the stream ends first), and those of the stream. Nothing is dropped then.
  Task<absl::StatusOr<std::string>> ReadExact(size_t size) {
    while (buffered().size() < size) {
      if (absl::Status status = co_await More(); !status.ok()) co_return status;
    }
    std::string found(buffered().substr(0, size));
    Consume(size);
    co_return found;
  }

  // What was read and not yet asked for.
  absl::string_view buffered() const { return absl::string_view(buffer_).substr(begin_); }

 private:
  static constexpr size_t kChunk = 4096;

  // Whether a delimiter begins within the first max_bytes, or may when more has come: `at` is where
  // the first one was found. A part of it may be there already.
  bool MayBeginWithin(size_t max_bytes, size_t at, size_t delimiter_size) const {
    if (at != absl::string_view::npos) return at <= max_bytes;
    return buffered().size() <= max_bytes || buffered().size() - max_bytes < delimiter_size;
  }

  Task<absl::Status> More() {
    if (ended_) co_return Ended();
    buffer_.erase(0, std::exchange(begin_, 0));
    char chunk[kChunk];
    absl::StatusOr<size_t> size = co_await stream_.Read(absl::MakeSpan(chunk));
    if (!size.ok()) co_return size.status();
    if (*size == 0) {
      ended_ = true;
      co_return Ended();
    }
    buffer_.append(chunk, *size);
    co_return absl::OkStatus();
  }
  void Consume(size_t size) {
    begin_ += size;
    if (begin_ < buffer_.size()) return;
    begin_ = 0;
    std::string().swap(buffer_);
  }
  absl::Status Ended() const {
    return absl::OutOfRangeError(
        absl::StrCat("read: the stream ended, and ", buffered().size(), " bytes are left"));
  }

  S& stream_;
  std::string buffer_;
  size_t begin_ = 0;  // Of what is buffered, in buffer_.
  bool ended_ = false;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_BUFFERED_READER_H_
