// Second thoughts about where a message's parts begin and end. Internal.
#ifndef RONDO_PLUGINS_HTTP_FRAMING_GUARD_H_
#define RONDO_PLUGINS_HTTP_FRAMING_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo::http::internal {

// Sees every byte of a message that is not body, and refuses line breaks that another reader may
// not take for some, or may see where this one does not: lines end with CRLF and with nothing
// else, and so do the data of a chunk. How strict llhttp is about that differs from version to
// version and with how it was built.
//
// Counts these bytes, too. A chunk with data is given its own framing, so that a long body in
// small chunks is within the limit and one that is all framing is not.
//
// The pieces in which it gets the bytes make no difference. Not thread-safe.
//
//   FramingGuard guard(max_bytes);
//   status = guard.Frame("POST / HTTP/1.1\r\n ... \r\n\r\n5\r\n");
//   guard.BeginChunk(5);               // at the latest before its data
//   guard.Body(5);
//   status = guard.Frame("\r\n0\r\n\r\n");
class FramingGuard {
 public:
  explicit FramingGuard(size_t max_bytes) : max_bytes_(max_bytes) {}

  // What comes next and is not body.
  // Errors: DATA_LOSS (malformed), RESOURCE_EXHAUSTED (over the limit).
  absl::Status Frame(absl::string_view data);

  // The size of a chunk was read; 0 for the last.
  void BeginChunk(uint64_t size) { chunk_left_ = size; }
  // So much of the body comes next.
  void Body(size_t size);

  // Gets ready for the next message.
  void Reset();

  // The first line that is not empty, without its end.
  const std::string& start_line() const { return start_line_; }
  // Whether a line began with a space, as one that continues a header field does.
  bool folded() const { return folded_; }

 private:
  // Returns what is wrong with the next byte, or nothing.
  absl::string_view Next(char c);

  const size_t max_bytes_;
  size_t bytes_ = 0;
  char last_ = '\0';
  uint64_t chunk_left_ = 0;
  absl::string_view due_;  // What is left of the CRLF behind a chunk's data.
  std::string start_line_;
  bool start_line_done_ = false;
  bool folded_ = false;
};

}  // namespace rondo::http::internal

#endif  // RONDO_PLUGINS_HTTP_FRAMING_GUARD_H_
