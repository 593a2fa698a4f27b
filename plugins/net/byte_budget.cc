#include "plugins/net/byte_budget.h"

namespace rondo::net {

bool ByteBudget::Take(size_t bytes) {
  if (!serving_ && has_waiters()) return false;
  if (used_ != 0 && (used_ >= limit_ || bytes > limit_ - used_)) return false;
  used_ += bytes;
  return true;
}

void ByteBudget::GiveBack(size_t bytes) {
  DCHECK_LE(bytes, used_);
  used_ -= bytes;
  Serve();
}

void ByteBudget::Leave(Place place) {
  line_.erase(place);
  Serve();
}

void ByteBudget::Serve() {
  if (serving_) return;  // Whoever is being asked has given back or left: the loop below goes on.
  serving_ = true;
  while (has_waiters() && line_.front()->OnRoom()) {
  }
  serving_ = false;
}

}  // namespace rondo::net
