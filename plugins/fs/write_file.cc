#include "plugins/fs/write_file.h"

#include <fcntl.h>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

absl::Status CheckOptions(const WriteFile& request) {
  const auto contradiction = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("write ", Quoted(request.path), ": ", why));
  };
  if (request.exclusive && !request.create) return contradiction("exclusive needs create");
  if (request.atomic && !request.truncate) {
    return contradiction("atomic replaces all of the content, but truncate is false");
  }
  return CheckMode("write", request.path, request.mode);
}

absl::Status WriteInPlace(const WriteFile& request, StopRequested stopped) {
  const int flags = O_WRONLY | (request.create ? O_CREAT : 0) | (request.exclusive ? O_EXCL : 0) |
                    (request.truncate ? O_TRUNC : 0);
  absl::StatusOr<UniqueFd> fd = Open(request.path, flags, request.mode);
  if (!fd.ok()) return fd.status();
  absl::Status status = WriteAll(fd->get(), request.data, request.path, stopped);
  if (!status.ok()) return status;
  if (const int error = fd->Close(); error != 0) return PathError(error, "close", request.path);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteWholeFile(const WriteFile& request, StopRequested stopped) {
  if (absl::Status status = CheckOptions(request); !status.ok()) return status;
  return request.atomic ? ReplaceFile(request, stopped) : WriteInPlace(request, stopped);
}

}  // namespace rondo::fs::internal
