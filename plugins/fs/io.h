// System calls on files, without their traps: interruptions, part transfers, inherited
// descriptors, opens that never return.
#ifndef RONDO_PLUGINS_FS_IO_H_
#define RONDO_PLUGINS_FS_IO_H_

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/fs/unique_fd.h"

namespace rondo::fs::internal {

// Whether the caller has stopped waiting. Asked between any two system calls that transfer.
using StopRequested = absl::FunctionRef<bool()>;

// Opens `path`, which has no NUL, relative to the directory `at`: none and errno when that fails.
// The descriptor is close-on-exec, and does not block: the opening of a FIFO does not wait for the
// other end.
UniqueFd TryOpenAt(int at, const std::string& path, int flags, mode_t mode = 0);

// The same for a path from a caller, which an error names.
absl::StatusOr<UniqueFd> Open(const std::string& path, int flags, mode_t mode = 0);

// As read(2), but waits where the file is not ready (a FIFO, a terminal). -1 with ECANCELED when
// `stopped` says so before anything was read.
ssize_t ReadSome(int fd, absl::Span<char> buffer, StopRequested stopped);

// As pread(2), but as ReadSome.
ssize_t ReadSomeAt(int fd, absl::Span<char> buffer, int64_t offset, StopRequested stopped);

// As pwrite(2), but as ReadSome.
ssize_t WriteSomeAt(int fd, absl::string_view data, int64_t offset, StopRequested stopped);

// The same of several pieces: `done` bytes behind `offset`, or where the file stands when that is
// negative.
ssize_t ReadVectorSome(int fd, absl::Span<const iovec> pieces, int64_t offset, size_t done,
                       StopRequested stopped);
ssize_t WriteVectorSome(int fd, absl::Span<const iovec> pieces, int64_t offset, size_t done,
                        StopRequested stopped);

bool IsFifo(int fd);

// Waits until a FIFO has been opened by a writer. Before that, a read would find its end.
// 0, or -1 as above.
int AwaitWriter(int fd, StopRequested stopped);

// Writes all of `data`. `path` names the file in an error.
absl::Status WriteAll(int fd, absl::string_view data, absl::string_view path,
                      StopRequested stopped);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_IO_H_
