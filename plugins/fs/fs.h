// The task kinds of the fs plugin.
#ifndef RONDO_PLUGINS_FS_FS_H_
#define RONDO_PLUGINS_FS_FS_H_

#include "plugins/fs/access.h"        // IWYU pragma: export
#include "plugins/fs/append_file.h"   // IWYU pragma: export
#include "plugins/fs/attributes.h"    // IWYU pragma: export
#include "plugins/fs/copy.h"          // IWYU pragma: export
#include "plugins/fs/file.h"          // IWYU pragma: export
#include "plugins/fs/file_control.h"  // IWYU pragma: export
#include "plugins/fs/file_io.h"       // IWYU pragma: export
#include "plugins/fs/file_lock.h"     // IWYU pragma: export
#include "plugins/fs/file_reader.h"   // IWYU pragma: export
#include "plugins/fs/file_writer.h"   // IWYU pragma: export
#include "plugins/fs/link.h"          // IWYU pragma: export
#include "plugins/fs/make_dir.h"      // IWYU pragma: export
#include "plugins/fs/read_dir.h"      // IWYU pragma: export
#include "plugins/fs/read_file.h"     // IWYU pragma: export
#include "plugins/fs/remove.h"        // IWYU pragma: export
#include "plugins/fs/rename.h"        // IWYU pragma: export
#include "plugins/fs/stat.h"          // IWYU pragma: export
#include "plugins/fs/stat_fs.h"       // IWYU pragma: export
#include "plugins/fs/truncate.h"      // IWYU pragma: export
#include "plugins/fs/walk.h"          // IWYU pragma: export
#include "plugins/fs/watch.h"         // IWYU pragma: export
#include "plugins/fs/write_file.h"    // IWYU pragma: export

#endif  // RONDO_PLUGINS_FS_FS_H_
