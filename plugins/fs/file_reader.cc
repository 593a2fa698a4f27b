#include "plugins/fs/file_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/file_io.h"
#include "plugins/fs/read_ahead.h"

namespace rondo::fs {

FileReader::FileReader(Runtime& runtime, File file, const Options& options)
    : ahead_(std::make_shared<internal::ReadAhead>(runtime, std::move(file), options)),
      max_line_bytes_(options.max_line_bytes),
      offset_(std::max<int64_t>(options.offset, 0)) {}

FileReader& FileReader::operator=(FileReader&& other) noexcept {
  std::swap(ahead_, other.ahead_);
  std::swap(max_line_bytes_, other.max_line_bytes_);
  std::swap(offset_, other.offset_);
  std::swap(chunk_, other.chunk_);
  std::swap(at_, other.at_);
  std::swap(searched_, other.searched_);
  return *this;
}

FileReader::~FileReader() {
  if (ahead_ != nullptr) ahead_->Close();
}

Task<absl::StatusOr<std::string>> FileReader::Read() {
  std::string chunk = chunk_.substr(at_);
  chunk_.clear();
  at_ = searched_ = 0;
  if (chunk.empty()) {
    absl::StatusOr<std::string> next = co_await ahead_->Next();
    if (!next.ok()) co_return next.status();
    chunk = *std::move(next);
  }
  offset_ += static_cast<int64_t>(chunk.size());
  co_return chunk;
}

Task<absl::StatusOr<std::optional<std::string>>> FileReader::ReadLine() {
  for (;;) {
    const size_t end = chunk_.find('\n', searched_);
    const size_t size = std::min(end, chunk_.size()) - at_;
    if (size > max_line_bytes_) {
      co_return absl::ResourceExhaustedError(absl::StrCat("read a line at byte ", offset_,
                                                          ": longer than ", max_line_bytes_,
                                                          " bytes (max_line_bytes)"));
    }
    if (end != std::string::npos) {
      std::optional<std::string> line = chunk_.substr(at_, size);
      at_ = searched_ = end + 1;
      offset_ += static_cast<int64_t>(size) + 1;
      co_return line;
    }
    // What is there of a line moves to the front, and the next chunk behind it.
    chunk_.erase(0, std::exchange(at_, 0));
    searched_ = chunk_.size();
    absl::StatusOr<std::string> next = co_await ahead_->Next();
    if (!next.ok()) co_return next.status();
    if (next->empty()) {
      if (chunk_.empty()) co_return std::optional<std::string>();
      offset_ += static_cast<int64_t>(chunk_.size());
      searched_ = 0;
      co_return std::optional<std::string>(std::exchange(chunk_, std::string()));
    }
    chunk_ += *next;
  }
}

}  // namespace rondo::fs
