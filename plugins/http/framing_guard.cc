#include "plugins/http/framing_guard.h"

#include <algorithm>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"

namespace rondo::http::internal {
namespace {

// A size in hexadecimal digits and two CRLFs.
constexpr size_t kChunkFraming = 16 + 4;

}  // namespace

absl::Status FramingGuard::Frame(absl::string_view data) {
  for (const char c : data) {
    if (absl::string_view wrong = Next(c); !wrong.empty()) {
      return absl::DataLossError(absl::StrCat("malformed message: ", wrong));
    }
    last_ = c;
  }
  bytes_ += data.size();
  if (bytes_ <= max_bytes_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the headers have more than ", max_bytes_, " bytes"));
}

absl::string_view FramingGuard::Next(char c) {
  if (!due_.empty()) {
    if (c != due_[0]) return "a chunk that does not end where it said";
    due_.remove_prefix(1);
  }
  if (last_ == '\r' && c != '\n') return "a CR without an LF";
  if (c == '\n' && last_ != '\r') return "an LF without a CR";
  if (last_ == '\n' && (c == ' ' || c == '\t')) folded_ = true;
  if (start_line_done_ || c == '\r') return {};
  if (c != '\n') {
    start_line_ += c;
  } else {
    start_line_done_ = !start_line_.empty();
  }
  return {};
}

void FramingGuard::Body(size_t size) {
  last_ = '\0';
  if (chunk_left_ == 0) return;
  DCHECK(size <= chunk_left_);
  chunk_left_ -= size;
  if (chunk_left_ > 0) return;
  due_ = "\r\n";
  bytes_ -= std::min(bytes_, kChunkFraming);
}

void FramingGuard::Reset() {
  bytes_ = 0;
  last_ = '\0';
  chunk_left_ = 0;
  due_ = {};
  start_line_.clear();
  start_line_done_ = false;
  folded_ = false;
}

}  // namespace rondo::http::internal
