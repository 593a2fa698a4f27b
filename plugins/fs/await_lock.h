// How a lock is waited for. Internal.
#ifndef RONDO_PLUGINS_FS_AWAIT_LOCK_H_
#define RONDO_PLUGINS_FS_AWAIT_LOCK_H_

#include "absl/status/status.h"
#include "plugins/fs/file_lock.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::fs::internal {

// The body of fs.lock_file.
Task<absl::Status> AwaitLock(Runtime& runtime, LockFile request);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_AWAIT_LOCK_H_
