// Where slow work waits its turn. Internal.
#ifndef RONDO_PLUGINS_FS_LANE_H_
#define RONDO_PLUGINS_FS_LANE_H_

#include <list>
#include <utility>

#include "absl/status/statusor.h"
#include "plugins/fs/signal.h"
#include "runtime/task.h"

namespace rondo::fs::internal {

// Lets a few of those that come in at a time, in the order in which they came: slow kinds share
// one, so that all of them together leave workers for the others. (The limit of a kind bounds that
// kind alone, and the limits of several kinds add up.)
//
// Loop thread only. Outlives who is in it.
//
//   absl::StatusOr<Lane::Place> place = co_await lane.Enter();
//   if (!place.ok()) co_return place.status();
class Lane {
 public:
  // Held while one is in. Movable.
  class Place {
   public:
    explicit Place(Lane& lane) : lane_(&lane) {}
    Place(Place&& other) noexcept : lane_(std::exchange(other.lane_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(lane_, other.lane_);
      return *this;
    }
    ~Place() {
      if (lane_ != nullptr) lane_->Leave();
    }

   private:
    Lane* lane_;
  };

  explicit Lane(int places) : free_(places) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Waits for a place. Errors: the scope's status when it is cancelled.
  Task<absl::StatusOr<Place>> Enter();

 private:
  struct Waiter;

  void Leave();

  int free_;
  std::list<Waiter*> waiters_;
};

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_LANE_H_
