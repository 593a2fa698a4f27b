// fs.watch
#ifndef RONDO_PLUGINS_FS_WATCH_H_
#define RONDO_PLUGINS_FS_WATCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/fields.h"
#include "runtime/resource.h"
#include "runtime/task.h"

namespace rondo::fs {

namespace internal {
class OpenWatch;
}  // namespace internal

enum class WatchEventType : uint8_t {
  kCreated,     // Or moved here from where nobody watches.
  kModified,    // The content.
  kAttributes,  // Permissions, owner, times, number of links.
  kDeleted,     // Or moved to where nobody watches.
  kRenamed,     // From `from` to `path`, both of them watched.
  // Anything may have happened: more than could be kept. Whoever wants to know looks at all of it.
  kRescan,
  // What happens in this directory is not told: it cannot be watched, for the reason in `error`.
  kUnwatched,
};

inline constexpr EnumName<WatchEventType> kWatchEventTypeNames[] = {
    {WatchEventType::kCreated, "created"},       {WatchEventType::kModified, "modified"},
    {WatchEventType::kAttributes, "attributes"}, {WatchEventType::kDeleted, "deleted"},
    {WatchEventType::kRenamed, "renamed"},       {WatchEventType::kRescan, "rescan"},
    {WatchEventType::kUnwatched, "unwatched"},
};
constexpr absl::Span<const EnumName<WatchEventType>> EnumNames(WatchEventType) {
  return kWatchEventTypeNames;
}

// What happened to a file or a directory.
struct WatchEvent {
  using Type = WatchEventType;

  Type type = Type::kRescan;
  std::string path = {};  // From what is watched: "sub/file". Empty: that itself.
  std::string from = {};
  bool is_directory = false;
  std::string error = {};

  void VisitFields(FieldVisitor& visit) {
    visit("type", type);
    visit("path", path);
    visit("from", from);
    visit("is_directory", is_directory);
    visit("error", error);
  }
};

// Tells what happens to what Watch was asked to watch, from then on and in order.
//
// Loop thread only; one coroutine waits at a time. Movable, but not while one waits. Destroying it
// ends the watch. The runtime outlives it; while it lives it keeps the loop alive.
class Watcher {
 public:
  static constexpr absl::string_view kResource = "fs.watcher";

  // For the plugin.
  explicit Watcher(std::shared_ptr<internal::OpenWatch> open);
  Watcher(Watcher&& other) noexcept = default;
  Watcher& operator=(Watcher&& other) noexcept {
    std::swap(open_, other.open_);
    return *this;
  }
  ~Watcher();

  // What has happened, at least one event; waits until there is any.
  // Errors: OUT_OF_RANGE after the end, which is when what was watched was itself deleted or moved,
  // and that was told; the scope's status when it is cancelled, which loses nothing.
  Task<absl::StatusOr<std::vector<WatchEvent>>> Next();

 private:
  std::shared_ptr<internal::OpenWatch> open_;
};

// Begins to watch a directory, or a file. The watch of a file goes by its name: it goes on when the
// file is replaced or deleted and made again.
//
// By inotify, which tells nothing of changes that other machines make to a network file system.
// What comes up in a directory that is made or moved here is told of, too; it may be told of twice.
//
// Errors: NOT_FOUND; PERMISSION_DENIED; RESOURCE_EXHAUSTED (the user has as many watches or
// instances of inotify as he may have: fs.inotify.max_user_watches, max_user_instances);
// INVALID_ARGUMENT (a NUL in the path, a path or a name that is too long, a negative window or
// max_events < 1).
//
//   absl::StatusOr<fs::Watcher> watcher = co_await runtime.Submit(fs::Watch{.path = "config"});
//   for (;;) {
//     absl::StatusOr<std::vector<fs::WatchEvent>> events = co_await watcher->Next();
//     if (!events.ok()) break;
//     ...
//   }
struct Watch {
  static constexpr absl::string_view kKind = "fs.watch";
  using Result = Watcher;

  std::string path = {};
  // Of a directory: with all that is below it, now and later. Symbolic links are not followed.
  bool recursive = false;
  // How long events are held back to make fewer of them: in that time the changes of one file
  // become one event, and one that comes and goes none. Zero: not at all.
  absl::Duration window = absl::ZeroDuration();
  // How many events are kept for who does not call Next: for more there is one kRescan.
  int64_t max_events = int64_t{1} << 16;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("recursive", recursive);
    visit("window", window);
    visit("max_events", max_events);
  }
};

// Watcher::Next, by name.
struct NextEvents {
  static constexpr absl::string_view kKind = "fs.next_events";
  using Result = std::vector<WatchEvent>;

  ResourceRef<Watcher> watcher = {};

  void VisitFields(FieldVisitor& visit) { visit("watcher", watcher, {.required = true}); }
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_WATCH_H_
