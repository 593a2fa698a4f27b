#include "plugins/fs/write_behind.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/fs/file_io.h"

namespace rondo::fs::internal {

WriteBehind::WriteBehind(Runtime& runtime, File file, const FileWriter::Options& options)
    : runtime_(runtime),
      file_(std::move(file)),
      max_buffered_bytes_(options.max_buffered_bytes),
      offset_(options.offset) {}

void WriteBehind::Add(absl::string_view data) {
  if (!status_.ok()) return;
  absl::StrAppend(&waiting_, data);
  WriteMore();
}

Task<absl::Status> WriteBehind::AwaitAtMost(int64_t bytes) {
  const std::shared_ptr<WriteBehind> self = shared_from_this();
  while (status_.ok() && left() > bytes) {
    absl::Status status = co_await less_.Wait();
    if (!status.ok()) co_return status;
  }
  co_return status_;
}

void WriteBehind::WriteMore() {
  if (under_way_ > 0 || waiting_.empty()) return;
  const int64_t offset = offset_;
  under_way_ = static_cast<int64_t>(waiting_.size());
  if (offset_ != kCurrentOffset) offset_ += under_way_;
  runtime_.Submit(
      WriteAt{.file = file_, .offset = offset, .data = std::exchange(waiting_, std::string())},
      [self = shared_from_this()](absl::Status status) { self->OnWritten(std::move(status)); });
}

void WriteBehind::OnWritten(absl::Status status) {
  under_way_ = 0;
  if (status.ok()) {
    WriteMore();
  } else {
    status_ = std::move(status);
    waiting_.clear();
  }
  less_.Set();
}

}  // namespace rondo::fs::internal
