#include "plugins/fs/rename.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::Status RenameFile(const Rename& request) {
  if (absl::Status status = CheckPath("rename", request.from); !status.ok()) return status;
  if (absl::Status status = CheckPath("rename to", request.to); !status.ok()) return status;
  if (request.exchange && !request.replace) {
    return absl::InvalidArgumentError(absl::StrCat("rename ", Quoted(request.from), " to ",
                                                   Quoted(request.to),
                                                   ": exchange replaces, but replace is false"));
  }
  const unsigned flags = request.exchange  ? RENAME_EXCHANGE
                         : request.replace ? 0U
                                           : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, request.from.c_str(), AT_FDCWD, request.to.c_str(), flags) == 0) {
    return absl::OkStatus();
  }
  return PathError(errno, request.exchange ? "exchange" : "rename", request.from, request.to);
}

}  // namespace rondo::fs::internal
