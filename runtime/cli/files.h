#ifndef RONDO_RUNTIME_CLI_FILES_H_
#define RONDO_RUNTIME_CLI_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo::cli {

// What is in a file; "-" is the standard input. Blocks.
absl::StatusOr<std::string> ReadWholeFile(absl::string_view path);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_FILES_H_
