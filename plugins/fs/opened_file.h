// What a File refers to.
#ifndef RONDO_PLUGINS_FS_OPENED_FILE_H_
#define RONDO_PLUGINS_FS_OPENED_FILE_H_

#include <atomic>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/fs/file.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {

// An open descriptor with its path. Thread-safe. Shared by handles and by the tasks that use it,
// through Use objects; the descriptor is closed by CloseNow, or with the last of them.
class OpenedFile {
 public:
  OpenedFile(UniqueFd fd, std::string path)
      : path_(std::move(path)), number_(fd.get()), fd_(std::move(fd)) {}

  const std::string& path() const { return path_; }
  int fd() const { return closed() ? -1 : number_; }
  bool closed() const { return (state_.load() & kClosed) != 0; }

  // Bars it for everybody, and closes it unless it is in use: then FAILED_PRECONDITION.
  absl::Status CloseNow();

 private:
  friend class Use;

  static constexpr unsigned kClosed = 1;
  static constexpr unsigned kUser = 2;

  // False when it is closed.
  bool Enter();
  void Exit();
  // 0 or an errno.
  int CloseFd() { return fd_.Close(); }

  const std::string path_;
  const int number_;  // Of the descriptor, while it is open.
  // kClosed, and kUser for every use that has begun. Written by any thread. Who makes it kClosed
  // alone, of kClosed and one user or of nothing, is the one to close the descriptor.
  std::atomic<unsigned> state_ = 0;
  UniqueFd fd_;  // Touched by who closes it alone.
};

// Keeps a file from being closed while a system call uses it. False when there is none, or it has
// been closed.
class Use {
 public:
  explicit Use(const File& file);
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use();

  explicit operator bool() const { return file_ != nullptr; }
  int fd() const { return file_->number_; }
  const std::string& path() const { return file_->path(); }

  // When it is false: FAILED_PRECONDITION for `operation` on `file`.
  static absl::Status NotOpen(absl::string_view operation, const File& file);

 private:
  OpenedFile* file_ = nullptr;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_OPENED_FILE_H_
