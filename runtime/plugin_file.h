// A plugin's file, as it is read and mapped.
#ifndef RONDO_RUNTIME_PLUGIN_FILE_H_
#define RONDO_RUNTIME_PLUGIN_FILE_H_

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo::internal {

// Which file, in which state. One that is written to is another.
struct FileVersion {
  dev_t device;
  ino_t inode;
  off_t size;
  int64_t modified_seconds;
  int64_t modified_nanos;

  friend bool operator==(const FileVersion&, const FileVersion&) = default;
};

// A regular file that is open for reading. Owns the descriptor. For one thread.
class PluginFile {
 public:
  // Errors, which begin with no path: those of open; INVALID_ARGUMENT for what is not a regular
  // file.
  static absl::StatusOr<PluginFile> Open(const std::string& path);

  PluginFile(PluginFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), version_(other.version_) {}
  PluginFile& operator=(PluginFile&&) = delete;
  ~PluginFile();

  // As it was when it was opened.
  const FileVersion& version() const { return version_; }
  absl::StatusOr<std::string> Read() const;

 private:
  PluginFile(int fd, const FileVersion& version) : fd_(fd), version_(version) {}

  int fd_;
  FileVersion version_;
};

// The handle, for dlsym, under which this process has mapped that version of a file; null when it
// has not.
void* FindMapped(const FileVersion& version);

// Maps the file at `path`, every symbol of it resolved, if it is of that version. The mapping
// stays until the process ends. Thread-safe.
// Errors: ABORTED when another version was there, before or after; FAILED_PRECONDITION when the
// dynamic linker fails, or when an older version of that very file is mapped.
absl::StatusOr<void*> MapFile(const std::string& path, const FileVersion& version);

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_PLUGIN_FILE_H_
