#include "plugins/fs/watch_queue.h"

#include <utility>

namespace rondo::fs::internal {

using Type = WatchEvent::Type;

void WatchQueue::Add(WatchEvent event) {
  if (event.type == Type::kRescan) return GiveUp();
  // One that is given up for says all that could be said.
  if (live_ == 1 && events_.back().type == Type::kRescan && !dropped_.back()) return;
  if (merge_) {
    const auto last = last_.find(event.path);
    if (last != last_.end() && Merge(last->second, event)) return;
  }
  if (live_ == max_events_) return GiveUp();
  if (event.type == Type::kRenamed || event.type == Type::kUnwatched) {
    // Paths have another meaning behind it.
    last_.clear();
  } else if (merge_) {
    last_[event.path] = events_.size();
  }
  events_.push_back(std::move(event));
  dropped_.push_back(false);
  ++live_;
}

bool WatchQueue::Merge(size_t last, const WatchEvent& event) {
  WatchEvent& before = events_[last];
  const bool change = event.type == Type::kModified || event.type == Type::kAttributes;
  switch (before.type) {
    case Type::kCreated:
      if (event.type == Type::kDeleted) Drop(last);
      return event.type == Type::kDeleted || event.type == Type::kCreated || change;
    case Type::kModified:
    case Type::kAttributes:
      if (event.type == Type::kDeleted || event.type == Type::kModified) before.type = event.type;
      return event.type == Type::kDeleted || change;
    case Type::kDeleted:
      // What was replaced has another content; a directory has other entries, which are told.
      if (event.type != Type::kCreated || event.is_directory || before.is_directory) return false;
      before.type = Type::kModified;
      return true;
    default:
      return false;
  }
}

void WatchQueue::Drop(size_t index) {
  last_.erase(events_[index].path);
  dropped_[index] = true;
  --live_;
}

void WatchQueue::GiveUp() {
  last_.clear();
  events_.assign(1, WatchEvent{.type = Type::kRescan});
  dropped_.assign(1, false);
  live_ = 1;
}

std::vector<WatchEvent> WatchQueue::Take() {
  std::vector<WatchEvent> taken;
  taken.reserve(live_);
  for (size_t i = 0; i < events_.size(); ++i) {
    if (!dropped_[i]) taken.push_back(std::move(events_[i]));
  }
  events_.clear();
  dropped_.clear();
  last_.clear();
  live_ = 0;
  return taken;
}

}  // namespace rondo::fs::internal
