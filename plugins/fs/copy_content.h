// How the content of one open file gets into another.
#ifndef RONDO_PLUGINS_FS_COPY_CONTENT_H_
#define RONDO_PLUGINS_FS_COPY_CONTENT_H_

#include <cstdint>

#include "plugins/fs/io.h"

namespace rondo::fs::internal {

// Makes an empty file, open as `to`, a copy of the regular file `from`: by shared blocks, by the
// kernel, or through a buffer, whatever is the first that the file systems can. Holes stay holes.
// `copied` is how far it came. 0 or an errno; ECANCELED when `stopped` says so.
int CopyContent(int from, int to, int64_t& copied, StopRequested stopped);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_COPY_CONTENT_H_
