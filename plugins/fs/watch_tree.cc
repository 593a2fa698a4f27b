#include "plugins/fs/watch_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/file_info.h"
#include "plugins/fs/open_directory.h"
#include "plugins/fs/paths.h"
#include "plugins/fs/tree_walk.h"

namespace rondo::fs::internal {
namespace {

using Type = WatchEvent::Type;

constexpr uint32_t kMask = IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM |
                           IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                           IN_EXCL_UNLINK;

bool Never() { return false; }

bool IsAt(absl::string_view path, absl::string_view directory) {
  if (!absl::StartsWith(path, directory)) return false;
  path.remove_prefix(directory.size());
  return path.empty() || path.front() == '/';
}

std::string Join(absl::string_view directory, absl::string_view name) {
  return directory.empty() ? std::string(name) : absl::StrCat(directory, "/", name);
}

absl::Status CheckOptions(const Watch& request) {
  if (request.window >= absl::ZeroDuration() && request.max_events >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("watch ", Quoted(request.path), ": a negative window, or no room for events"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<WatchTree>> WatchTree::Open(const Watch& request,
                                                           StopRequested stopped) {
  if (absl::Status status = CheckOptions(request); !status.ok()) return status;
  if (absl::Status status = CheckPath("watch", request.path); !status.ok()) return status;
  FileInfo info;
  int error = LookUpAt(AT_FDCWD, request.path.c_str(), 0, info);
  if (error != 0) return PathError(error, "watch", request.path);
  UniqueFd inotify(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify) return PathError(errno, "make an inotify instance for", request.path);

  std::string path = request.path;
  std::string only;
  if (info.type != FileType::kDirectory) {
    const size_t name = path.rfind('/') + 1;  // 0 when there is none.
    only = path.substr(name);
    path = name == 0 ? "." : path.substr(0, name);
  }
  std::shared_ptr<WatchTree> tree(
      new WatchTree(std::move(inotify), std::move(path), only, request.recursive && only.empty()));
  error = tree->AddOne("");
  if (error != 0) return PathError(error, "watch", request.path);
  if (tree->recursive_) tree->AddBelow("", /*tell=*/false, stopped);
  if (stopped()) return PathError(ECANCELED, "watch", request.path);
  if (!tree->exhausted_.ok()) return tree->exhausted_;
  return tree;
}

std::string WatchTree::FullPath(const std::string& path) const {
  return path.empty() ? path_ : absl::StrCat(path_, "/", path);
}

int WatchTree::AddOne(const std::string& path) {
  // The root may be a link to a directory, as may be a path through a file's own directory.
  const uint32_t mask = path.empty() ? kMask : kMask | IN_DONT_FOLLOW;
  const int watch = inotify_add_watch(inotify_.get(), FullPath(path).c_str(), mask);
  if (watch < 0) return errno;
  paths_[watch] = path;
  return 0;
}

void WatchTree::AddTree(const std::string& path, bool tell, StopRequested stopped) {
  const int error = AddOne(path);
  if (error == 0) return AddBelow(path, tell, stopped);
  // It has gone again, or is something else by now.
  if (error != ENOENT && error != ENOTDIR) CannotWatch(path, error);
}

void WatchTree::AddBelow(const std::string& path, bool tell, StopRequested stopped) {
  UniqueFd root = TryOpenAt(AT_FDCWD, FullPath(path), O_RDONLY | O_DIRECTORY);
  if (!root) {
    if (errno != ENOENT && errno != ENOTDIR) CannotWatch(path, errno);
    return;
  }
  TreeWalk walk(std::move(root), FullPath(path), /*info=*/false);
  while (walk.Next() && !stopped()) {
    if (walk.leaving()) continue;
    const std::string entry = Join(path, walk.path());
    const bool is_directory = walk.entry().type == FileType::kDirectory;
    // The watch first: what comes up after the look is then told of by the kernel.
    const int error = is_directory ? AddOne(entry) : 0;
    if (error == ENOENT || error == ENOTDIR) continue;
    if (tell && found_.insert(entry).second) {
      Tell({.type = Type::kCreated, .path = entry, .is_directory = is_directory});
    }
    if (error != 0) {
      CannotWatch(entry, error);
    } else if (is_directory) {
      const absl::Status status = walk.Descend();
      if (!status.ok() && !absl::IsNotFound(status)) CannotWatch(entry, status);
    }
  }
}

void WatchTree::Read(bool settle, std::vector<WatchEvent>& events) {
  std::move(told_.begin(), told_.end(), std::back_inserter(events));
  told_.clear();
  events_ = &events;
  if (settle && moved_.has_value() && moved_->seen) Settle();
  alignas(inotify_event) std::array<char, size_t{64} << 10> buffer;
  for (;;) {
    const ssize_t size = read(inotify_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (size_t at = 0; at < static_cast<size_t>(size) && !ended_;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += sizeof(event) + event.len;
      OnEvent(event);
    }
    if (ended_) break;
  }
  // All that was found has been told of by the kernel, if it ever will be.
  found_.clear();
  if (moved_.has_value()) moved_->seen = true;
  events_ = &told_;
}

void WatchTree::OnEvent(const inotify_event& event) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return OnOverflow();
  const auto directory = paths_.find(event.wd);
  if (directory == paths_.end()) return;  // Forgotten, but it was on its way.
  if ((event.mask & IN_IGNORED) != 0) {
    paths_.erase(directory);
    return;
  }
  if (event.len == 0) return OnSelf(event);
  const absl::string_view name(event.name);
  if (only_.empty()) return OnEntry(event, Join(directory->second, name));
  if (name != only_) return;
  OnEntry(event, "");
  if (moved_.has_value()) Settle();  // Nobody asks where it has gone.
}

// Of a watched directory itself. Those below the root are told of by the one above.
void WatchTree::OnSelf(const inotify_event& event) {
  if (!paths_[event.wd].empty()) return;
  if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0) {
    if (moved_.has_value()) Settle();
    Tell({.type = Type::kDeleted, .is_directory = only_.empty()});
    ended_ = true;
  } else if ((event.mask & IN_ATTRIB) != 0 && only_.empty()) {
    Tell({.type = Type::kAttributes, .is_directory = true});
  }
}

void WatchTree::OnEntry(const inotify_event& event, const std::string& path) {
  const bool is_directory = (event.mask & IN_ISDIR) != 0;
  if ((event.mask & IN_MOVED_TO) != 0) return OnMovedTo(event.cookie, path, is_directory);
  SettleBefore(path);
  if ((event.mask & IN_MOVED_FROM) != 0) {
    if (moved_.has_value()) Settle();
    moved_ = Moved{event.cookie, path, is_directory, /*seen=*/false};
  } else if ((event.mask & IN_CREATE) != 0) {
    OnCreated(path, is_directory);
  } else if ((event.mask & IN_DELETE) != 0) {
    found_.erase(path);
    Tell({.type = Type::kDeleted, .path = path, .is_directory = is_directory});
  } else if ((event.mask & IN_MODIFY) != 0) {
    Tell({.type = Type::kModified, .path = path});
  } else if ((event.mask & IN_ATTRIB) != 0) {
    Tell({.type = Type::kAttributes, .path = path, .is_directory = is_directory});
  }
}

void WatchTree::OnCreated(const std::string& path, bool is_directory) {
  if (found_.erase(path) == 0) {
    Tell({.type = Type::kCreated, .path = path, .is_directory = is_directory});
  }
  if (is_directory && recursive_) AddTree(path, /*tell=*/true, Never);
}

void WatchTree::OnMovedTo(uint32_t cookie, const std::string& path, bool is_directory) {
  if (!moved_.has_value() || moved_->cookie != cookie) {
    SettleBefore(path);
    return OnCreated(path, is_directory);
  }
  const std::string from = std::move(moved_->path);
  moved_.reset();
  found_.erase(path);
  if (is_directory && recursive_) Rename(from, path);
  Tell({.type = Type::kRenamed, .path = path, .from = from, .is_directory = is_directory});
}

// What has come up meanwhile is watched before it is told that one should look: so that nothing
// falls in between.
void WatchTree::OnOverflow() {
  moved_.reset();
  if (recursive_) AddBelow("", /*tell=*/false, Never);
  Tell({.type = Type::kRescan});
}

void WatchTree::Settle() {
  const Moved moved = *std::exchange(moved_, std::nullopt);
  if (moved.is_directory) Forget(moved.path);
  Tell({.type = Type::kDeleted, .path = moved.path, .is_directory = moved.is_directory});
}

void WatchTree::SettleBefore(const std::string& path) {
  if (moved_.has_value() && IsAt(path, moved_->path)) Settle();
}

void WatchTree::Forget(const std::string& path) {
  absl::erase_if(paths_, [&](const auto& watch) {
    if (!IsAt(watch.second, path)) return false;
    inotify_rm_watch(inotify_.get(), watch.first);
    return true;
  });
}

void WatchTree::Rename(const std::string& from, const std::string& to) {
  // What it has taken the place of, an empty directory, is ignored by the kernel in time.
  for (auto& [watch, path] : paths_) {
    if (IsAt(path, from)) path = absl::StrCat(to, path.substr(from.size()));
  }
}

void WatchTree::CannotWatch(const std::string& path, int error) {
  CannotWatch(path, PathError(error, "watch", FullPath(path)));
}

void WatchTree::CannotWatch(const std::string& path, const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) exhausted_ = status;
  Tell({.type = Type::kUnwatched,
        .path = path,
        .is_directory = true,
        .error = std::string(status.message())});
}

void WatchTree::Tell(WatchEvent event) { events_->push_back(std::move(event)); }

}  // namespace rondo::fs::internal
