#include "plugins/fs/file_writer.h"

#include <utility>

#include "plugins/fs/file_control.h"
#include "plugins/fs/write_behind.h"

namespace rondo::fs {

FileWriter::FileWriter(Runtime& runtime, File file, const Options& options)
    : behind_(std::make_shared<internal::WriteBehind>(runtime, std::move(file), options)) {}

Task<absl::Status> FileWriter::Write(absl::string_view data) {
  behind_->Add(data);
  return behind_->AwaitAtMost(behind_->max_buffered_bytes());
}

Task<absl::Status> FileWriter::Flush() { return behind_->AwaitAtMost(0); }

Task<absl::Status> FileWriter::Close(bool sync) {
  const std::shared_ptr<internal::WriteBehind> behind = behind_;
  Runtime& runtime = behind->runtime();
  absl::Status status = co_await behind->AwaitAtMost(0);
  if (status.ok() && sync) status = co_await runtime.Submit(SyncFile{.file = behind->file()});
  const absl::Status closed = co_await runtime.Submit(CloseFile{.file = behind->file()});
  co_return status.ok() ? closed : status;
}

}  // namespace rondo::fs
