// What a Watcher refers to. Internal.
#ifndef RONDO_PLUGINS_FS_OPEN_WATCH_H_
#define RONDO_PLUGINS_FS_OPEN_WATCH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/fs/signal.h"
#include "plugins/fs/watch.h"
#include "plugins/fs/watch_queue.h"
#include "plugins/fs/watch_tree.h"
#include "runtime/fd_watch.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/timer.h"

namespace rondo::fs::internal {

// Reads what inotify has to tell, on the pool: it may mean to look into directories. Of one tree,
// one at a time.
struct UpdateWatch {
  static constexpr absl::string_view kKind = "fs.update_watch";
  using Result = std::vector<WatchEvent>;

  std::shared_ptr<WatchTree> tree = {};
  bool settle = false;
};

// Makes the tree of a watch, on the pool.
struct BeginWatch {
  static constexpr absl::string_view kKind = "fs.begin_watch";
  using Result = std::shared_ptr<WatchTree>;

  Watch request = {};
};

// The loop's half of a watch: has the tree updated when there is something to read, and holds
// events back for their window. Loop thread only. Shared by the Watcher and the update that is
// under way.
class OpenWatch final : public std::enable_shared_from_this<OpenWatch> {
 public:
  OpenWatch(Runtime& runtime, std::shared_ptr<WatchTree> tree, const Watch& request);

  // Errors: those of FdWatch::Start.
  absl::Status Start();
  void Close();

  // See Watcher.
  Task<absl::StatusOr<std::vector<WatchEvent>>> Next();

 private:
  class Inotify final : public FdWatch {
   public:
    Inotify(OpenWatch& open, Loop& loop) : FdWatch(loop), open_(open) {}
    void OnReady(Readiness) override { open_.Update(/*settle=*/false); }
    std::string Describe() const override;

   private:
    OpenWatch& open_;
  };

  void Update(bool settle);
  void OnUpdated(absl::StatusOr<std::vector<WatchEvent>> events);
  void Release();

  Runtime& runtime_;
  const std::shared_ptr<WatchTree> tree_;  // Not to be touched while an update is under way.
  const std::string path_;
  const absl::Duration window_;

  Inotify inotify_;
  Timer settle_;  // For what was moved away.
  Timer release_;
  WatchQueue queue_;
  bool due_ = false;  // Whether what is in the queue may be told.
  bool updating_ = false;
  bool again_ = false;  // There was more to be read while it was.
  bool ended_ = false;
  absl::Status failure_;
  Signal signal_;
};

// The body of fs.watch.
Task<absl::StatusOr<Watcher>> StartWatch(Runtime& runtime, Watch request);

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_OPEN_WATCH_H_
