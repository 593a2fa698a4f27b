#include "plugins/fs/await_lock.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "runtime/awaitables.h"

namespace rondo::fs::internal {

Task<absl::Status> AwaitLock(Runtime& runtime, LockFile request) {
  constexpr absl::Duration kLongest = absl::Milliseconds(50);
  absl::Duration pause = absl::Milliseconds(1);
  for (;;) {
    absl::StatusOr<bool> locked = co_await runtime.Submit(
        TryLockFile{.file = request.file, .exclusive = request.exclusive, .range = request.range});
    if (!locked.ok()) co_return locked.status();
    if (*locked) co_return absl::OkStatus();
    if (absl::Status status = co_await Sleep(pause); !status.ok()) co_return status;
    pause = std::min(2 * pause, kLongest);
  }
}

}  // namespace rondo::fs::internal
