// A file that is there when it is complete, or not at all.
#ifndef RONDO_PLUGINS_CRYPTO_OUTPUT_FILE_H_
#define RONDO_PLUGINS_CRYPTO_OUTPUT_FILE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo::crypto::internal {

// Is written under another name beside its own, with the mode 0600, and removed unless it is
// committed. Owns the descriptor. Errors begin with `operation` and name the path.
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(absl::string_view operation, const std::string& path);

  OutputFile(OutputFile&& other) noexcept
      : operation_(other.operation_),
        path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})),
        fd_(std::exchange(other.fd_, -1)) {}
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  absl::Status Write(absl::string_view data);
  // Brings it to the disk and gives it its name, and that to the disk.
  absl::Status Commit();

 private:
  OutputFile(absl::string_view operation, const std::string& path)
      : operation_(operation), path_(path) {}

  absl::Status Error(absl::string_view what) const;

  absl::string_view operation_;
  std::string path_;
  std::string temporary_;  // Empty when there is none to be removed.
  int fd_ = -1;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_OUTPUT_FILE_H_
