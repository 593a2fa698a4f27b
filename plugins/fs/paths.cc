#include "plugins/fs/paths.h"

#include <limits.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rondo::fs::internal {

std::string Quoted(absl::string_view path) {
  constexpr size_t kShown = 100;
  const bool cut = path.size() >= PATH_MAX;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(cut ? path.substr(0, kShown) : path),
                      cut ? absl::StrCat("...\" (", path.size(), " bytes)") : "\"");
}

absl::Status PathError(int error, absl::string_view operation, absl::string_view path) {
  return absl::ErrnoToStatus(error, absl::StrCat(operation, " ", Quoted(path)));
}

absl::Status PathError(int error, absl::string_view operation, absl::string_view from,
                       absl::string_view to) {
  return absl::ErrnoToStatus(error, absl::StrCat(operation, " ", Quoted(from), " to ", Quoted(to)));
}

absl::Status CheckPath(absl::string_view operation, absl::string_view path) {
  if (path.find('\0') == path.npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, " ", Quoted(path), ": a path has no NUL byte"));
}

absl::Status CheckMode(absl::string_view operation, absl::string_view path, uint32_t mode) {
  if ((mode & ~uint32_t{07777}) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, " ", Quoted(path), ": mode ", mode, " is more than permissions"));
}

}  // namespace rondo::fs::internal
