// Whether a file has changed. Internal.
#ifndef RONDO_PLUGINS_NET_FILE_VERSION_H_
#define RONDO_PLUGINS_NET_FILE_VERSION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace rondo::net::internal {

// Two versions of a file differ when one was written or put in the other's place. That of a file
// that cannot be read is the default one.
class FileVersion {
 public:
  FileVersion() = default;

  // Opens the file to find out.
  // Errors: RESOURCE_EXHAUSTED, when there are no descriptors or is no memory for it: whoever reads
  // the file next cannot either.
  static absl::StatusOr<FileVersion> Of(const std::string& path);

  friend bool operator==(const FileVersion&, const FileVersion&) = default;

 private:
  uint64_t device_ = 0;
  uint64_t inode_ = 0;
  int64_t size_ = 0;
  int64_t seconds_ = 0;
  int64_t nanoseconds_ = 0;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_FILE_VERSION_H_
