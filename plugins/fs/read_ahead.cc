#include "plugins/fs/read_ahead.h"

#include <utility>

#include "absl/log/check.h"
#include "plugins/fs/file_io.h"

namespace rondo::fs::internal {

ReadAhead::ReadAhead(Runtime& runtime, File file, const FileReader::Options& options)
    : runtime_(runtime),
      file_(std::move(file)),
      chunk_bytes_(options.chunk_bytes),
      chunks_ahead_(static_cast<size_t>(options.chunks_ahead)),
      offset_(options.offset) {
  CHECK_GE(options.chunk_bytes, 1);
  CHECK_GE(options.chunks_ahead, 1);
}

Task<absl::StatusOr<std::string>> ReadAhead::Next() {
  const std::shared_ptr<ReadAhead> self = shared_from_this();
  while (chunks_.empty()) {
    if (!status_.ok()) co_return status_;
    if (std::exchange(end_, false)) co_return std::string();
    ReadMore();
    absl::Status status = co_await come_.Wait();
    if (!status.ok()) co_return status;
  }
  std::string chunk = std::move(chunks_.front());
  chunks_.pop_front();
  ReadMore();
  co_return chunk;
}

void ReadAhead::ReadMore() {
  if (under_way_ || end_ || !status_.ok() || chunks_.size() >= chunks_ahead_) return;
  under_way_ = true;
  reading_ = runtime_.Submit(ReadAt{.file = file_, .offset = offset_, .size = chunk_bytes_},
                             [self = shared_from_this()](absl::StatusOr<std::string> chunk) {
                               self->OnRead(std::move(chunk));
                             });
}

void ReadAhead::OnRead(absl::StatusOr<std::string> chunk) {
  under_way_ = false;
  if (!chunk.ok()) {
    status_ = chunk.status();
  } else if (chunk->empty()) {
    end_ = true;
  } else {
    if (offset_ != kCurrentOffset) offset_ += static_cast<int64_t>(chunk->size());
    chunks_.push_back(*std::move(chunk));
    ReadMore();
  }
  come_.Set();
}

}  // namespace rondo::fs::internal
