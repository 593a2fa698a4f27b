#include "plugins/fs/lane.h"

#include <utility>

namespace rondo::fs::internal {

// In the list until it is let in or gives up.
struct Lane::Waiter {
  explicit Waiter(Lane& l) : lane(l), place(l.waiters_.insert(l.waiters_.end(), this)) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (!let_in) lane.waiters_.erase(place);
  }

  Lane& lane;
  const std::list<Waiter*>::iterator place;
  bool let_in = false;
  Signal signal;
};

Task<absl::StatusOr<Lane::Place>> Lane::Enter() {
  if (free_ > 0) {
    --free_;
    co_return Place(*this);
  }
  Waiter waiter(*this);
  absl::Status status = co_await waiter.signal.Wait();
  if (waiter.let_in) co_return Place(*this);
  co_return status;
}

void Lane::Leave() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  Waiter& next = *waiters_.front();
  waiters_.pop_front();
  next.let_in = true;
  next.signal.Set();
}

}  // namespace rondo::fs::internal
