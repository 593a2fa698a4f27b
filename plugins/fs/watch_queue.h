// The events that a Watcher has not told yet.
#ifndef RONDO_PLUGINS_FS_WATCH_QUEUE_H_
#define RONDO_PLUGINS_FS_WATCH_QUEUE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "plugins/fs/watch.h"

namespace rondo::fs::internal {

// Keeps events in order, merges those of one file, and gives up all of them for one kRescan when
// they are too many. Thread-compatible.
class WatchQueue {
 public:
  // `merge`: whether the changes of a file become one event until they are taken.
  WatchQueue(bool merge, size_t max_events) : merge_(merge), max_events_(max_events) {}

  void Add(WatchEvent event);
  bool empty() const { return live_ == 0; }
  // All there is.
  std::vector<WatchEvent> Take();

 private:
  // Merges an event into the last one of its path. False when they stay two.
  bool Merge(size_t last, const WatchEvent& event);
  void Drop(size_t index);
  void GiveUp();

  const bool merge_;
  const size_t max_events_;
  std::vector<WatchEvent> events_;
  std::vector<bool> dropped_;  // Of events_.
  size_t live_ = 0;            // How many are not.
  // The last event of a path, where it still can be merged with.
  absl::flat_hash_map<std::string, size_t> last_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_WATCH_QUEUE_H_
