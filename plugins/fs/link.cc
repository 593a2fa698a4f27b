#include "plugins/fs/link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::Status MakeLink(const Link& request) {
  if (absl::Status status = CheckPath("link", request.target); !status.ok()) return status;
  if (absl::Status status = CheckPath("link to", request.path); !status.ok()) return status;
  if (linkat(AT_FDCWD, request.target.c_str(), AT_FDCWD, request.path.c_str(), 0) == 0) {
    return absl::OkStatus();
  }
  return PathError(errno, "link", request.target, request.path);
}

absl::Status MakeSymlink(const Symlink& request) {
  if (absl::Status status = CheckPath("symlink", request.target); !status.ok()) return status;
  if (absl::Status status = CheckPath("symlink to", request.path); !status.ok()) return status;
  if (symlink(request.target.c_str(), request.path.c_str()) == 0) return absl::OkStatus();
  return PathError(errno, "symlink", request.target, request.path);
}

absl::StatusOr<std::string> ReadSymlink(const ReadLink& request) {
  std::array<char, PATH_MAX> target;
  ssize_t size = 0;
  const absl::Status status = CallOn("readlink", request.path, [&](const char* path) {
    size = readlink(path, target.data(), target.size());
    return size;
  });
  if (!status.ok()) return status;
  return std::string(target.data(), static_cast<size_t>(size));
}

absl::StatusOr<std::string> ResolvePath(const RealPath& request) {
  std::array<char, PATH_MAX> real;
  // The C library takes longer ones when they are full of slashes.
  if (request.path.size() >= PATH_MAX) return PathError(ENAMETOOLONG, "realpath", request.path);
  const absl::Status status = CallOn("realpath", request.path, [&](const char* path) {
    return realpath(path, real.data()) != nullptr ? 0 : -1;
  });
  if (!status.ok()) return status;
  return std::string(real.data());
}

}  // namespace rondo::fs::internal
