// The task kinds of the fs plugin.
#ifndef RONDO_PLUGINS_FS_FS_H_
#define RONDO_PLUGINS_FS_FS_H_

#include "plugins/fs/read_file.h"   // IWYU pragma: export
#include "plugins/fs/stat.h"        // IWYU pragma: export
#include "plugins/fs/write_file.h"  // IWYU pragma: export

#endif  // RONDO_PLUGINS_FS_FS_H_
