// What a FileWriter has taken and not written yet. Internal.
#ifndef RONDO_PLUGINS_FS_WRITE_BEHIND_H_
#define RONDO_PLUGINS_FS_WRITE_BEHIND_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "plugins/fs/file.h"
#include "plugins/fs/file_writer.h"
#include "plugins/fs/signal.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::fs::internal {

// Writes all that there is, then all that has come meanwhile, and so on: one write at a time keeps
// the order. Shared by the writer and the write that is under way. Loop thread only.
class WriteBehind final : public std::enable_shared_from_this<WriteBehind> {
 public:
  WriteBehind(Runtime& runtime, File file, const FileWriter::Options& options);

  void Add(absl::string_view data);
  // Returns when at most `bytes` wait.
  Task<absl::Status> AwaitAtMost(int64_t bytes);

  Runtime& runtime() const { return runtime_; }
  const File& file() const { return file_; }
  int64_t max_buffered_bytes() const { return max_buffered_bytes_; }

 private:
  void WriteMore();
  void OnWritten(absl::Status status);
  int64_t left() const { return under_way_ + static_cast<int64_t>(waiting_.size()); }

  Runtime& runtime_;
  const File file_;
  const int64_t max_buffered_bytes_;

  int64_t offset_;
  std::string waiting_;
  int64_t under_way_ = 0;  // Bytes.
  absl::Status status_;
  Signal less_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_WRITE_BEHIND_H_
