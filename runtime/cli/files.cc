#include "runtime/cli/files.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rondo::cli {
namespace {

absl::StatusOr<std::string> ReadToEnd(std::FILE* file, absl::string_view name) {
  std::string content;
  char buffer[1 << 16];
  while (const size_t size = std::fread(buffer, 1, sizeof(buffer), file)) {
    content.append(buffer, size);
  }
  if (std::ferror(file) == 0) return content;
  return absl::ErrnoToStatus(errno, absl::StrCat("read \"", name, "\""));
}

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(absl::string_view path) {
  if (path == "-") return ReadToEnd(stdin, "the standard input");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(std::string(path).c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("open \"", path, "\""));
  return ReadToEnd(file.get(), path);
}

}  // namespace rondo::cli
