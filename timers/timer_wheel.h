// A hierarchical timing wheel.
#ifndef RONDO_TIMERS_TIMER_WHEEL_H_
#define RONDO_TIMERS_TIMER_WHEEL_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"

namespace rondo {

class TimerWheel;

namespace timer_wheel_internal {

// One link of a circular list. A list's head is a link too, so that a timer leaves its list
// without knowing which one it is in.
struct Link {
  Link* next;
  Link* prev;
};

}  // namespace timer_wheel_internal

// What a TimerWheel keeps: embed it in whatever should happen at a deadline, or derive that from
// it. As thread-safe as its wheel. Its owner keeps it alive while it is scheduled; destroying it
// cancels it.
class WheelTimer : private timer_wheel_internal::Link {
 public:
  WheelTimer() : Link{.next = nullptr, .prev = nullptr} {}
  WheelTimer(const WheelTimer&) = delete;
  WheelTimer& operator=(const WheelTimer&) = delete;
  ~WheelTimer();

  // Whether it was started and neither cancelled nor taken since.
  bool scheduled() const { return next != nullptr; }

  // The deadline of the last start, or the wheel's time then if that was later. It outlives the
  // timer's expiry, so that a repeating timer can count from it.
  uint64_t deadline() const { return deadline_; }

 private:
  friend class TimerWheel;

  uint64_t deadline_ = 0;
  TimerWheel* wheel_ = nullptr;  // Where it was started last.
};

// Keeps timers by deadline: O(1) start, restart and cancel however many there are, and no
// allocation. Its time is a plain count of ticks, moved by Advance alone: the wheel knows no
// clock and no unit (see TickScale). All 64-bit deadlines are legal.
//
// Not thread-safe: one thread at a time, const methods included. The wheel does not own its
// timers; those left when it is destroyed are cancelled.
//
//   struct Alarm : WheelTimer {
//     explicit Alarm(std::string text) : text(std::move(text)) {}
//     std::string text;
//   };
//
//   TimerWheel wheel(/*now=*/100);
//   Alarm tea("tea is ready");
//   wheel.Start(tea, 100 + 180);
//   wheel.Advance(280);
//   while (WheelTimer* timer = wheel.TakeExpired()) {
//     said += static_cast<Alarm*>(timer)->text;
//   }
//
// Promises, each with a test:
//  1. Timers expire in deadline order, those with equal deadlines in start order. A restart is a
//     new start. A deadline that has passed at the start counts as the wheel's time.
//  2. A timer whose deadline is the wheel's time expires at the next Advance, even if that leads
//     to the same time. What is started while expired timers are taken is thus never among them.
//  3. Cancel returns true exactly when TakeExpired would have returned the timer sooner or later.
//  4. Advance costs O(timers expired and moved + slots in use passed), whatever the distance; a
//     timer is moved at most ten times between its start and its expiry.
class TimerWheel {
 public:
  static constexpr int kScanLimit = 16;

  explicit TimerWheel(uint64_t now = 0);
  ~TimerWheel();

  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Schedules `timer`, anew if it is scheduled already: it goes behind its equals.
  // REQUIRES: it is not scheduled in another wheel.
  void Start(WheelTimer& timer, uint64_t deadline);

  // Whether `timer` was scheduled, expired but not yet taken included.
  // REQUIRES: it is not scheduled in another wheel.
  bool Cancel(WheelTimer& timer);

  // Moves the wheel's time to `now`, so that what is due by then can be taken. Time never goes
  // back: an earlier `now` counts as the wheel's time.
  void Advance(uint64_t now);

  // The next expired timer, which is then no longer scheduled; null when there is none. What is
  // not taken before the next Advance stays ahead of what expires then.
  WheelTimer* TakeExpired();
  bool has_expired() const { return expired_.next != &expired_; }

  // When to Advance next: nullopt when nothing is scheduled, the wheel's time when has_expired(),
  // otherwise the earliest deadline. O(1), for a price: when more than kScanLimit timers share
  // the earliest deadline's slot on a level above the lowest, it may instead be the time at which
  // that slot begins, which is after the wheel's time and before the deadline. To advance to it
  // moves the slot's timers down, so that a deadline costs at most ten wakes in vain. It is
  // never late.
  std::optional<uint64_t> NextDeadline() const;

  uint64_t now() const { return now_; }

  // How many timers are scheduled, expired but not yet taken included.
  size_t size() const { return size_; }

  // Calls `f` with every scheduled timer, expired ones first, otherwise in no promised order.
  // Walks all slots: for reports, not for hot paths.
  // REQUIRES: `f` neither starts nor cancels nor destroys a timer.
  void ForEach(absl::FunctionRef<void(WheelTimer&)> f);
  void ForEach(absl::FunctionRef<void(const WheelTimer&)> f) const;

  // Dies when something is broken inside. For tests: it walks everything.
  void CheckInvariants() const;

 private:
  using Link = timer_wheel_internal::Link;

  // Read deadlines and now_ as numbers of eleven digits, six bits each. A timer is on the level
  // of the highest digit in which its deadline differs from now_ (on level 0 if none does), in
  // the slot that this digit of the deadline names. Thus
  //  - the slots in use on a level are above now_'s own digit, or equal to it on level 0;
  //  - whatever is on a level is due before everything on higher levels, so that the first slot
  //    in use on the lowest level in use has the earliest deadlines;
  //  - when time comes to the beginning of that slot, its timers and no others change level.
  // They do so at once and in list order. What has an equal deadline and was started later is
  // behind in the same list, or is placed after the change: equals are first in, first out.
  static constexpr int kDigitBits = 6;
  static constexpr int kSlots = 1 << kDigitBits;
  static constexpr int kLevels = (64 + kDigitBits - 1) / kDigitBits;

  // The first slot in use on the lowest level in use.
  struct Position {
    int level;
    int slot;
    uint64_t begin;  // The first time that belongs to it.
  };

  void Place(WheelTimer& timer);
  void Remove(WheelTimer& timer);
  void MarkUsed(int level, int slot);
  void MarkUnused(int level, int slot);
  void MarkUnused(const Link& list);

  // REQUIRES: a level is in use.
  Position First() const;

  void Expire(Position position);
  void Cascade(Position position);
  void FindNextDeadline() const;

  int LevelOf(uint64_t deadline) const {
    return (63 - std::countl_zero((deadline ^ now_) | 1)) / kDigitBits;
  }
  static int SlotOf(uint64_t deadline, int level) {
    return static_cast<int>(deadline >> (level * kDigitBits)) & (kSlots - 1);
  }
  Link& List(int level, int slot) { return lists_[level * kSlots + slot]; }
  const Link& List(int level, int slot) const { return lists_[level * kSlots + slot]; }

  uint64_t now_;
  size_t size_ = 0;

  // What NextDeadline answers while something is scheduled and nothing has expired; 0 when that
  // has to be found out. It rests on the timers due up to next_deadline_limit_: when one of them
  // leaves, it has to be found out again. A start before it lowers both.
  mutable uint64_t next_deadline_ = 0;
  mutable uint64_t next_deadline_limit_ = 0;

  uint32_t levels_in_use_ = 0;                    // A bit for each level with slots in use.
  std::array<uint64_t, kLevels> slots_in_use_{};  // A bit for each slot with timers.
  Link expired_;
  std::array<Link, kLevels * kSlots> lists_;  // One for each slot, those of level 0 first.
};

inline WheelTimer::~WheelTimer() {
  if (scheduled()) wheel_->Cancel(*this);
}

inline void TimerWheel::Start(WheelTimer& timer, uint64_t deadline) {
  if (timer.scheduled()) {
    DCHECK_EQ(timer.wheel_, this);
    Remove(timer);
  } else {
    timer.wheel_ = this;
    ++size_;
  }
  timer.deadline_ = std::max(deadline, now_);
  Place(timer);
  if (timer.deadline_ < next_deadline_) {
    next_deadline_ = next_deadline_limit_ = timer.deadline_;
  }
}

inline bool TimerWheel::Cancel(WheelTimer& timer) {
  if (!timer.scheduled()) return false;
  DCHECK_EQ(timer.wheel_, this);
  Remove(timer);
  timer.next = nullptr;
  --size_;
  return true;
}

inline WheelTimer* TimerWheel::TakeExpired() {
  if (!has_expired()) return nullptr;
  WheelTimer* timer = static_cast<WheelTimer*>(expired_.next);
  expired_.next = timer->next;
  timer->next->prev = &expired_;
  timer->next = nullptr;
  --size_;
  return timer;
}

inline std::optional<uint64_t> TimerWheel::NextDeadline() const {
  if (has_expired()) return now_;
  if (size_ == 0) return std::nullopt;
  if (next_deadline_ == 0) FindNextDeadline();
  return next_deadline_;
}

// Puts `timer` at the end of the list that its deadline asks for now.
inline void TimerWheel::Place(WheelTimer& timer) {
  const int level = LevelOf(timer.deadline_);
  const int slot = SlotOf(timer.deadline_, level);
  Link& list = List(level, slot);
  Link& last = *list.prev;
  timer.next = &list;
  timer.prev = &last;
  last.next = &timer;
  list.prev = &timer;
  if (&last == &list) MarkUsed(level, slot);
}

// Takes `timer` out of whatever list it is in. If one link was its neighbour on both sides, that
// was the head, and the list is empty now.
inline void TimerWheel::Remove(WheelTimer& timer) {
  Link* const next = timer.next;
  Link* const prev = timer.prev;
  next->prev = prev;
  prev->next = next;
  if (timer.deadline_ <= next_deadline_limit_) next_deadline_ = 0;
  if (next == prev) MarkUnused(*next);
}

inline void TimerWheel::MarkUsed(int level, int slot) {
  slots_in_use_[level] |= uint64_t{1} << slot;
  levels_in_use_ |= uint32_t{1} << level;
}

inline void TimerWheel::MarkUnused(int level, int slot) {
  slots_in_use_[level] &= ~(uint64_t{1} << slot);
  if (slots_in_use_[level] == 0) levels_in_use_ &= ~(uint32_t{1} << level);
}

}  // namespace rondo

#endif  // RONDO_TIMERS_TIMER_WHEEL_H_
