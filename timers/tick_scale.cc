#include "timers/tick_scale.h"

#include <bit>
#include <cstdint>
#include <limits>

#include "absl/log/check.h"

namespace rondo {

TickScale::TickScale(int64_t tick_nanos, int64_t zero_nanos)
    : tick_nanos_(tick_nanos), zero_nanos_(zero_nanos) {
  CHECK_GE(tick_nanos, 1);
  const auto divisor = static_cast<uint64_t>(tick_nanos);
  shift_ = static_cast<int>(std::bit_width(divisor - 1));
  const unsigned __int128 power = static_cast<unsigned __int128>(1) << (63 + shift_);
  multiplier_ = static_cast<uint64_t>((power + divisor - 1) / divisor);
}

int64_t TickScale::Nanos(uint64_t tick) const {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  // Below 2^127 in magnitude, so that this cannot overflow.
  const __int128 nanos = static_cast<__int128>(tick) * tick_nanos_ + zero_nanos_;
  return nanos > kMax ? kMax : static_cast<int64_t>(nanos);
}

}  // namespace rondo
