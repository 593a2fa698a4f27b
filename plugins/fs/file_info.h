// What statx says, in our terms.
#ifndef RONDO_PLUGINS_FS_FILE_INFO_H_
#define RONDO_PLUGINS_FS_FILE_INFO_H_

#include <cstdint>

#include "plugins/fs/stat.h"

namespace rondo::fs::internal {

// Of an st_mode.
FileType TypeOfMode(uint32_t mode);

// Of a d_type.
FileType TypeOfEntry(unsigned char type);

// Looks up `name` in the open directory `at`. `flags` are those of statx. 0 or an errno.
int LookUpAt(int at, const char* name, int flags, FileInfo& info);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_FILE_INFO_H_
