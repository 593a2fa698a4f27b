#include "plugins/fs/make_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Makes one directory, or finds that it is there. 0 or an errno.
int MakeOne(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return 0;
  const int error = errno;
  // Also where it could not be made: on a read-only file system, in a directory of others.
  return error != ENOENT && IsDirectory(path) ? 0 : error;
}

absl::Status MakeWithParents(const MakeDir& request) {
  constexpr mode_t kParentMode = 0777;
  // Most of the time all but the last are there.
  int error = MakeOne(request.path, request.mode);
  if (error == 0) return absl::OkStatus();
  if (error != ENOENT || request.path.empty()) return PathError(error, "mkdir", request.path);
  for (size_t slash = request.path.find('/', 1); slash != std::string::npos;
       slash = request.path.find('/', slash + 1)) {
    const std::string parent = request.path.substr(0, slash);
    error = MakeOne(parent, kParentMode);
    if (error != 0) return PathError(error, "mkdir", parent);
  }
  error = MakeOne(request.path, request.mode);
  return error == 0 ? absl::OkStatus() : PathError(error, "mkdir", request.path);
}

}  // namespace

absl::Status MakeDirectory(const MakeDir& request) {
  if (absl::Status status = CheckPath("mkdir", request.path); !status.ok()) return status;
  if (absl::Status status = CheckMode("mkdir", request.path, request.mode); !status.ok()) {
    return status;
  }
  if (request.parents) return MakeWithParents(request);
  return CallOn("mkdir", request.path, [&](const char* path) { return mkdir(path, request.mode); });
}

absl::StatusOr<std::string> MakeTempDirectory(const MakeTempDir& request) {
  std::string path = absl::StrCat(request.prefix, "XXXXXX");
  if (absl::Status status = CheckPath("mkdtemp", path); !status.ok()) return status;
  if (mkdtemp(path.data()) == nullptr) {
    return PathError(errno, "make a temporary directory", absl::StrCat(request.prefix, "XXXXXX"));
  }
  return path;
}

}  // namespace rondo::fs::internal
