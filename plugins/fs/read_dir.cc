#include "plugins/fs/read_dir.h"

#include <errno.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::StatusOr<std::vector<DirEntry>> ListDirectory(const ReadDir& request, StopRequested stopped) {
  if (request.max_entries < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "read ", Quoted(request.path), ": max_entries is ", request.max_entries, ", less than 0"));
  }
  absl::StatusOr<UniqueFd> fd = OpenDirectoryFd(request.path);
  if (!fd.ok()) return fd.status();
  std::vector<DirEntry> entries;
  for (bool end = false; !end;) {
    if (stopped()) return PathError(ECANCELED, "read", request.path);
    const int error = ReadSomeEntries(fd->get(), request.info, entries, end);
    if (error != 0) return PathError(error, "read", request.path);
    if (entries.size() > static_cast<size_t>(request.max_entries)) {
      return absl::ResourceExhaustedError(absl::StrCat("read ", Quoted(request.path),
                                                       ": more than ", request.max_entries,
                                                       " entries (max_entries)"));
    }
  }
  return entries;
}

absl::StatusOr<Directory> StartListing(const OpenDir& request) {
  absl::StatusOr<UniqueFd> fd = OpenDirectoryFd(request.path);
  if (!fd.ok()) return fd.status();
  return Directory(std::make_shared<OpenDirectory>(*std::move(fd), request.path));
}

absl::StatusOr<std::vector<DirEntry>> ListSome(const ReadEntries& request) {
  if (!request.directory) {
    return absl::FailedPreconditionError("read entries: not an open directory");
  }
  return request.directory.get()->Next(request.info);
}

}  // namespace rondo::fs::internal
