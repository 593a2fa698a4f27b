// A file as a stream of chunks or lines.
#ifndef RONDO_PLUGINS_FS_FILE_READER_H_
#define RONDO_PLUGINS_FS_FILE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "plugins/fs/file.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::fs {

namespace internal {
class ReadAhead;
}  // namespace internal

// Reads a file from one offset on, in order, some chunks ahead of who reads: so one chunk is worked
// on while the next one comes, and no more than those are in memory.
//
// Loop thread only; one coroutine reads at a time. Movable, but not while it is read. The runtime
// outlives it. Destroying it ends what it reads ahead.
//
//   fs::FileReader reader(runtime, file);
//   for (;;) {
//     absl::StatusOr<std::optional<std::string>> line = co_await reader.ReadLine();
//     if (!line.ok() || !line->has_value()) break;
//     ...
//   }
class FileReader {
 public:
  struct Options {
    // Where it begins; kCurrentOffset for a FIFO and the like.
    int64_t offset = 0;
    int64_t chunk_bytes = int64_t{64} << 10;
    // How many chunks are read before they are asked for; the first one when the first is.
    int chunks_ahead = 2;
    // Longer lines fail.
    size_t max_line_bytes = size_t{1} << 20;
  };

  FileReader(Runtime& runtime, File file) : FileReader(runtime, std::move(file), Options()) {}
  // REQUIRES: chunk_bytes >= 1, chunks_ahead >= 1.
  FileReader(Runtime& runtime, File file, const Options& options);
  FileReader(FileReader&&) noexcept = default;
  FileReader& operator=(FileReader&& other) noexcept;
  ~FileReader();

  // The next chunk; empty at the end of the file. A file that grows can be read on after that.
  // Errors: those of ReadAt, for good; the scope's status when it is cancelled, which loses
  // nothing.
  Task<absl::StatusOr<std::string>> Read();

  // The next line, without its '\n'; none at the end of the file. What stands behind the last '\n'
  // is a line, too.
  // Errors: as Read; RESOURCE_EXHAUSTED (longer than max_line_bytes).
  Task<absl::StatusOr<std::optional<std::string>>> ReadLine();

  // Where in the file that stands which the next call returns first.
  int64_t offset() const { return offset_; }

 private:
  std::shared_ptr<internal::ReadAhead> ahead_;
  size_t max_line_bytes_;
  int64_t offset_;
  // Read, and not returned yet.
  std::string chunk_;
  size_t at_ = 0;        // Where in chunk_ that begins.
  size_t searched_ = 0;  // Before this, behind at_, there is no '\n'.
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_READER_H_
