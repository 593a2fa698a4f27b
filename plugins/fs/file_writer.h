// A file as a stream that is written.
#ifndef RONDO_PLUGINS_FS_FILE_WRITER_H_
#define RONDO_PLUGINS_FS_FILE_WRITER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "plugins/fs/file.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::fs {

namespace internal {
class WriteBehind;
}  // namespace internal

// Writes a file from one offset on, in order. Who writes goes on at once while little waits to be
// written, and waits while much does: small pieces go out together, and memory is bounded.
//
// Loop thread only; one coroutine writes at a time. Movable, but not while it is written. The
// runtime outlives it. Destroyed without Close it writes what it has been given, keeping the loop
// alive, and whether that worked nobody hears.
//
//   fs::FileWriter writer(runtime, file);
//   for (const std::string& line : lines) {
//     absl::Status status = co_await writer.Write(line);
//     if (!status.ok()) co_return status;
//   }
//   co_return co_await writer.Close();
class FileWriter {
 public:
  struct Options {
    // Where it begins; kCurrentOffset for a FIFO and the like, and for a file that is appended to.
    int64_t offset = 0;
    // How much may wait to be written, besides what one Write has given.
    int64_t max_buffered_bytes = int64_t{256} << 10;
  };

  FileWriter(Runtime& runtime, File file) : FileWriter(runtime, std::move(file), Options()) {}
  FileWriter(Runtime& runtime, File file, const Options& options);

  // Takes `data`, and returns when no more than max_buffered_bytes wait.
  // Errors: those of WriteAt, of any write before: once one has failed, so does everything, and
  // what waited is dropped. The scope's status when it is cancelled: the data have been taken all
  // the same.
  Task<absl::Status> Write(absl::string_view data);

  // Returns when everything is written; with the file system, that is, and not for good.
  Task<absl::Status> Flush();

  // Flushes, makes it durable with `sync`, and closes the file: the last chance to hear of errors.
  Task<absl::Status> Close(bool sync = false);

 private:
  std::shared_ptr<internal::WriteBehind> behind_;
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FILE_WRITER_H_
