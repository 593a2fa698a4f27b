#include "plugins/fs/walk.h"

#include <errno.h>

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/tree_walk.h"

namespace rondo::fs::internal {
namespace {

absl::Status CheckOptions(const Walk& request) {
  if (request.max_depth >= 1 && request.max_entries >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("walk ", Quoted(request.path), ": max_depth is ",
                                                 request.max_depth, ", max_entries is ",
                                                 request.max_entries, ": at least 1 and 0"));
}

// Makes the walk go through a directory, unless it is too deep or cannot be read, which `entry`
// then says. What is gone is not there: false.
absl::StatusOr<bool> DescendInto(const Walk& request, TreeWalk& walk, WalkEntry& entry) {
  if (static_cast<int64_t>(walk.depth()) + 1 >= request.max_depth) return true;
  const absl::Status status = walk.Descend();
  if (status.ok()) return true;
  if (absl::IsNotFound(status)) return false;
  // Not of the directory, and the whole tree would look empty.
  if (absl::IsResourceExhausted(status)) return status;
  entry.error = std::string(status.message());
  return true;
}

}  // namespace

absl::StatusOr<std::vector<WalkEntry>> ListTree(const Walk& request, StopRequested stopped) {
  if (absl::Status status = CheckOptions(request); !status.ok()) return status;
  absl::StatusOr<UniqueFd> root = OpenDirectoryFd(request.path);
  if (!root.ok()) return root.status();
  std::vector<WalkEntry> entries;
  TreeWalk walk(*std::move(root), request.path, request.info);
  while (walk.Next()) {
    if (stopped()) return PathError(ECANCELED, "walk", request.path);
    if (walk.leaving()) continue;
    if (entries.size() == static_cast<size_t>(request.max_entries)) {
      return absl::ResourceExhaustedError(absl::StrCat("walk ", Quoted(request.path),
                                                       ": more than ", request.max_entries,
                                                       " entries (max_entries)"));
    }
    WalkEntry entry{.path = walk.path(), .type = walk.entry().type, .info = walk.entry().info};
    if (entry.type == FileType::kDirectory) {
      absl::StatusOr<bool> there = DescendInto(request, walk, entry);
      if (!there.ok()) return there.status();
      if (!*there) continue;
    }
    entries.push_back(std::move(entry));
  }
  if (!walk.status().ok()) return walk.status();
  return entries;
}

}  // namespace rondo::fs::internal
