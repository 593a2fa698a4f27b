// Files, read by kinds that work through them piece by piece.
#ifndef RONDO_PLUGINS_CRYPTO_FILES_H_
#define RONDO_PLUGINS_CRYPTO_FILES_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rondo::crypto::internal {

// Whether the caller has stopped waiting. Asked before every piece of the input.
using StopRequested = absl::FunctionRef<bool()>;

// What a body returns when the caller has stopped waiting; he does not see it any more.
absl::Status Stopped(absl::string_view operation);

// `path` as errors show it.
std::string Quoted(absl::string_view path);

// A file that is read from its beginning to its end. Owns the descriptor.
class InputFile {
 public:
  // Opens a file that has an end to be waited for: no directory, FIFO or socket.
  // Errors begin with `operation` and name the path.
  static absl::StatusOr<InputFile> Open(absl::string_view operation, const std::string& path);

  InputFile(InputFile&& other) noexcept
      : operation_(other.operation_),
        path_(std::move(other.path_)),
        fd_(std::exchange(other.fd_, -1)) {}
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  // Fills as much of `buffer` as there is, and returns how much: less than its size only at the
  // end of the file.
  absl::StatusOr<size_t> Read(absl::Span<char> buffer);

 private:
  InputFile(absl::string_view operation, const std::string& path, int fd)
      : operation_(operation), path_(path), fd_(fd) {}

  absl::string_view operation_;
  std::string path_;
  int fd_;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_FILES_H_
