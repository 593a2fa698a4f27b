// What a copy keeps of the original besides the content.
#ifndef RONDO_PLUGINS_FS_PRESERVE_H_
#define RONDO_PLUGINS_FS_PRESERVE_H_

#include <sys/stat.h>

namespace rondo::fs::internal {

// Gives the open file `fd` the owner (where that is permitted), the mode and the times of `of`. 0
// or an errno.
int PreserveOf(const struct stat& of, int fd);

// The same of `name` in the open directory `at`, which may be a symbolic link, and then has no
// mode of its own.
int PreserveOfAt(const struct stat& of, int at, const char* name);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_PRESERVE_H_
