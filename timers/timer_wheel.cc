#include "timers/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/log/check.h"

namespace rondo {
namespace {

using timer_wheel_internal::Link;

void Clear(Link& list) { list.next = list.prev = &list; }

bool IsEmpty(const Link& list) { return list.next == &list; }

}  // namespace

TimerWheel::TimerWheel(uint64_t now) : now_(now) {
  Clear(expired_);
  for (Link& list : lists_) Clear(list);
}

TimerWheel::~TimerWheel() {
  Advance(std::numeric_limits<uint64_t>::max());
  while (TakeExpired() != nullptr) {
  }
}

void TimerWheel::Advance(uint64_t now) {
  now = std::max(now, now_);
  while (levels_in_use_ != 0) {
    const Position first = First();
    if (first.begin > now) break;
    // Nothing is due before, and what is in other slots belongs there at that time too.
    now_ = first.begin;
    first.level == 0 ? Expire(first) : Cascade(first);
  }
  now_ = now;
  if (next_deadline_ <= now) next_deadline_ = 0;
}

TimerWheel::Position TimerWheel::First() const {
  const int level = std::countr_zero(levels_in_use_);
  const int slot = std::countr_zero(slots_in_use_[level]);
  const int shift = level * kDigitBits;
  // now_ with this digit replaced and zeros behind it. On the top level the shift leaves nothing
  // of now_, as it should.
  const uint64_t above = now_ & ~((uint64_t{kSlots} << shift) - 1);
  return {.level = level, .slot = slot, .begin = above | (static_cast<uint64_t>(slot) << shift)};
}

// The list's address tells its slot. In integers, because expired_, which has no slot, is not in
// the array: its index lies beyond the end.
void TimerWheel::MarkUnused(const Link& list) {
  const uintptr_t index =
      (reinterpret_cast<uintptr_t>(&list) - reinterpret_cast<uintptr_t>(lists_.data())) /
      sizeof(Link);
  if (index >= lists_.size()) return;
  MarkUnused(static_cast<int>(index / kSlots), static_cast<int>(index % kSlots));
}

// Appends the slot's whole list to the expired timers.
void TimerWheel::Expire(Position position) {
  Link& list = List(position.level, position.slot);
  MarkUnused(position.level, position.slot);
  list.next->prev = expired_.prev;
  expired_.prev->next = list.next;
  list.prev->next = &expired_;
  expired_.prev = list.prev;
  Clear(list);
}

// Places the slot's timers again, now that time has come to its beginning.
void TimerWheel::Cascade(Position position) {
  Link& list = List(position.level, position.slot);
  MarkUnused(position.level, position.slot);
  // None comes back to this list, so that it can be cleared as a whole.
  for (Link* link = list.next; link != &list;) {
    WheelTimer& timer = *static_cast<WheelTimer*>(link);
    link = link->next;
    Place(timer);
  }
  Clear(list);
}

void TimerWheel::FindNextDeadline() const {
  const Position first = First();
  next_deadline_ = next_deadline_limit_ = first.begin;
  if (first.level == 0) return;

  const Link& list = List(first.level, first.slot);
  uint64_t earliest = std::numeric_limits<uint64_t>::max();
  int scanned = 0;
  for (const Link* link = list.next; link != &list; link = link->next) {
    if (++scanned > kScanLimit) {
      next_deadline_limit_ = first.begin | ((uint64_t{1} << (first.level * kDigitBits)) - 1);
      return;
    }
    earliest = std::min(earliest, static_cast<const WheelTimer*>(link)->deadline_);
  }
  next_deadline_ = next_deadline_limit_ = earliest;
}

void TimerWheel::ForEach(absl::FunctionRef<void(WheelTimer&)> f) {
  const auto walk = [f](Link& list) {
    for (Link* link = list.next; link != &list; link = link->next) {
      f(static_cast<WheelTimer&>(*link));
    }
  };
  walk(expired_);
  for (Link& list : lists_) walk(list);
}

void TimerWheel::ForEach(absl::FunctionRef<void(const WheelTimer&)> f) const {
  // The walk changes nothing: only its callback could.
  const_cast<TimerWheel*>(this)->ForEach([f](WheelTimer& timer) { f(timer); });
}

void TimerWheel::CheckInvariants() const {
  size_t size = 0;
  uint64_t earliest = std::numeric_limits<uint64_t>::max();
  // Calls `check` with each timer of `list`, in order.
  const auto for_each = [&](const Link& list, auto check) {
    for (const Link* link = list.next; link != &list; link = link->next) {
      CHECK_EQ(link->prev->next, link);
      CHECK_EQ(link->next->prev, link);
      const WheelTimer& timer = *static_cast<const WheelTimer*>(link);
      CHECK_EQ(timer.wheel_, this);
      check(timer);
      ++size;
    }
  };

  uint64_t previous = 0;
  for_each(expired_, [&](const WheelTimer& timer) {
    CHECK_LE(previous, timer.deadline_);
    CHECK_LE(timer.deadline_, now_);
    previous = timer.deadline_;
  });

  for (int level = 0; level < kLevels; ++level) {
    CHECK_EQ(levels_in_use_ >> level & 1, slots_in_use_[level] != 0 ? 1u : 0u);
    for (int slot = 0; slot < kSlots; ++slot) {
      CHECK_EQ(slots_in_use_[level] >> slot & 1, IsEmpty(List(level, slot)) ? 0u : 1u);
      for_each(List(level, slot), [&](const WheelTimer& timer) {
        CHECK_GE(timer.deadline_, now_);
        CHECK_EQ(LevelOf(timer.deadline_), level);
        CHECK_EQ(SlotOf(timer.deadline_, level), slot);
        earliest = std::min(earliest, timer.deadline_);
      });
    }
  }
  CHECK_EQ(size, size_);
  CHECK_LE(next_deadline_, earliest);
  if (next_deadline_ != 0) CHECK_LE(earliest, next_deadline_limit_);
}

}  // namespace rondo
