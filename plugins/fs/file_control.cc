#include "plugins/fs/file_control.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/opened_file.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {
namespace {

int AdviceOf(Advice advice) {
  switch (advice) {
    case Advice::kSequential:
      return POSIX_FADV_SEQUENTIAL;
    case Advice::kRandom:
      return POSIX_FADV_RANDOM;
    case Advice::kWillNeed:
      return POSIX_FADV_WILLNEED;
    case Advice::kDontNeed:
      return POSIX_FADV_DONTNEED;
    case Advice::kNoReuse:
      return POSIX_FADV_NOREUSE;
    case Advice::kNormal:
      break;
  }
  return POSIX_FADV_NORMAL;
}

}  // namespace

absl::Status SyncOpenFile(const SyncFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("sync", request.file);
  const int result = request.data_only ? fdatasync(use.fd()) : fsync(use.fd());
  return result == 0 ? absl::OkStatus() : PathError(errno, "sync", use.path());
}

absl::Status SetSizeOfFile(const TruncateFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("truncate", request.file);
  const int result = ftruncate(use.fd(), request.size);
  return result == 0 ? absl::OkStatus() : PathError(errno, "truncate", use.path());
}

absl::Status AdviseOnFile(const AdviseFile& request) {
  const Use use(request.file);
  if (!use) return Use::NotOpen("advise", request.file);
  const int error = posix_fadvise(use.fd(), request.offset, request.size, AdviceOf(request.advice));
  return error == 0 ? absl::OkStatus() : PathError(error, "advise", use.path());
}

}  // namespace rondo::fs::internal
