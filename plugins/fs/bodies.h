// What the kinds do, on whatever thread calls them: the plugin calls them on workers of the pool.
#ifndef RONDO_PLUGINS_FS_BODIES_H_
#define RONDO_PLUGINS_FS_BODIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/access.h"
#include "plugins/fs/append_file.h"
#include "plugins/fs/attributes.h"
#include "plugins/fs/copy.h"
#include "plugins/fs/file.h"
#include "plugins/fs/file_control.h"
#include "plugins/fs/file_io.h"
#include "plugins/fs/file_lock.h"
#include "plugins/fs/io.h"
#include "plugins/fs/link.h"
#include "plugins/fs/make_dir.h"
#include "plugins/fs/read_dir.h"
#include "plugins/fs/read_file.h"
#include "plugins/fs/remove.h"
#include "plugins/fs/rename.h"
#include "plugins/fs/stat.h"
#include "plugins/fs/stat_fs.h"
#include "plugins/fs/truncate.h"
#include "plugins/fs/walk.h"
#include "plugins/fs/write_file.h"

namespace rondo::fs::internal {

// Whole files.
absl::StatusOr<std::string> ReadWholeFile(const ReadFile& request, StopRequested stopped);
absl::Status WriteWholeFile(const WriteFile& request, StopRequested stopped);
// WriteWholeFile for an atomic request.
absl::Status ReplaceFile(const WriteFile& request, StopRequested stopped);
absl::Status AppendToFile(const AppendFile& request, StopRequested stopped);
absl::StatusOr<int64_t> CopyOneFile(const CopyFile& request, StopRequested stopped);

// What is known of them.
absl::StatusOr<FileInfo> LookUp(const Stat& request);
absl::StatusOr<FileInfo> LookUpLink(const Lstat& request);
absl::Status CheckAccess(const Access& request);
absl::StatusOr<bool> LookWhetherThere(const Exists& request);
absl::Status ChangeMode(const Chmod& request);
absl::Status ChangeOwner(const Chown& request);
absl::Status ChangeTimes(const SetTimes& request);
absl::Status SetSize(const Truncate& request);

// Names.
absl::Status RenameFile(const Rename& request);
absl::Status MakeLink(const Link& request);
absl::Status MakeSymlink(const Symlink& request);
absl::StatusOr<std::string> ReadSymlink(const ReadLink& request);
absl::StatusOr<std::string> ResolvePath(const RealPath& request);
absl::Status RemoveOne(const Remove& request);

// Directories and trees of them.
absl::StatusOr<std::vector<DirEntry>> ListDirectory(const ReadDir& request, StopRequested stopped);
absl::StatusOr<Directory> StartListing(const OpenDir& request);
absl::StatusOr<std::vector<DirEntry>> ListSome(const ReadEntries& request);
absl::Status MakeDirectory(const MakeDir& request);
absl::StatusOr<std::string> MakeTempDirectory(const MakeTempDir& request);
absl::StatusOr<std::vector<WalkEntry>> ListTree(const Walk& request, StopRequested stopped);
absl::StatusOr<int64_t> RemoveTree(const RemoveAll& request, StopRequested stopped);
absl::StatusOr<CopiedTree> CopyWholeTree(const CopyTree& request, StopRequested stopped);

// File systems.
absl::StatusOr<FsInfo> LookUpFs(const StatFs& request);
absl::Status SyncFs(const Sync& request);

// Open files.
absl::StatusOr<File> OpenForUse(const OpenFile& request, StopRequested stopped);
absl::StatusOr<File> MakeTempFileForUse(const MakeTempFile& request);
absl::Status CloseOpenFile(const CloseFile& request);
absl::StatusOr<FileInfo> LookUpFile(const StatFile& request);
absl::StatusOr<std::string> ReadFileAt(ReadAt request, StopRequested stopped);
absl::StatusOr<std::vector<std::string>> ReadFileVectorAt(const ReadVectorAt& request,
                                                          StopRequested stopped);
absl::Status WriteFileAt(const WriteAt& request, StopRequested stopped);
absl::Status WriteFileVectorAt(const WriteVectorAt& request, StopRequested stopped);
absl::Status SyncOpenFile(const SyncFile& request);
absl::Status SetSizeOfFile(const TruncateFile& request);
absl::Status AdviseOnFile(const AdviseFile& request);
absl::StatusOr<bool> TryLockOpenFile(const TryLockFile& request);
absl::Status UnlockOpenFile(const UnlockFile& request);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_BODIES_H_
