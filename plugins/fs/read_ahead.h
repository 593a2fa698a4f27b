// What a FileReader has read before it was asked. Internal.
#ifndef RONDO_PLUGINS_FS_READ_AHEAD_H_
#define RONDO_PLUGINS_FS_READ_AHEAD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/file.h"
#include "plugins/fs/file_reader.h"
#include "plugins/fs/signal.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task.h"

namespace rondo::fs::internal {

// Reads one chunk after the other, the next one when the last has come: only then is it known where
// that is. Shared by the reader and the read that is under way. Loop thread only.
class ReadAhead final : public std::enable_shared_from_this<ReadAhead> {
 public:
  ReadAhead(Runtime& runtime, File file, const FileReader::Options& options);

  // The next chunk; empty at the end, which is looked for anew the next time.
  Task<absl::StatusOr<std::string>> Next();

  // Ends the read that is under way.
  void Close() { reading_.Cancel(); }

 private:
  void ReadMore();
  void OnRead(absl::StatusOr<std::string> chunk);

  Runtime& runtime_;
  const File file_;
  const int64_t chunk_bytes_;
  const size_t chunks_ahead_;

  int64_t offset_;
  std::deque<std::string> chunks_;
  bool under_way_ = false;
  bool end_ = false;
  absl::Status status_;
  TaskHandle reading_;
  Signal come_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_READ_AHEAD_H_
