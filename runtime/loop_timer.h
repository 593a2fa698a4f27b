// A timer that a Loop runs.
#ifndef RONDO_RUNTIME_LOOP_TIMER_H_
#define RONDO_RUNTIME_LOOP_TIMER_H_

#include <cstdint>

#include "absl/time/time.h"
#include "timers/timer_wheel.h"

namespace rondo {

class Loop;

// The intrusive form of a timer, for what embeds one (an operation's deadline, a sleeping
// coroutine); `Timer` is the form with a callback. Loop thread only. Destroying it cancels it.
class LoopTimer : private WheelTimer {
 public:
  // What all timers of one sort share; lives as long as the program.
  struct Type {
    void (*expired)(LoopTimer& timer);
    // Called instead when the loop goes away first, by then not scheduled; may be null.
    void (*discarded)(LoopTimer& timer);
    const char* label;  // For DumpActive.
    bool listed;        // Whether DumpActive names it: no, if its owner is named there.
  };

  // Neither the loop nor the type are owned; the loop outlives the timer's being scheduled.
  LoopTimer(Loop& loop, const Type& type) : loop_(loop), type_(type) {}
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;
  ~LoopTimer() {
    if (scheduled()) Cancel();
  }

  // Expires once, `delay` from now by the clock (not by when the turn began), never earlier. A
  // delay that is not positive expires in the next turn at the latest; a huge one never. A
  // scheduled timer starts anew, behind those that are due at the same time.
  void Start(absl::Duration delay);

  // Expires `interval` after it was last due, so that intervals of whole ticks do not drift; or,
  // when that time has passed already, `interval` from now.
  // REQUIRES: it was started, and has expired.
  void StartAgain(absl::Duration interval);

  // True when the timer was scheduled, that is, exactly when an expiry will now not happen.
  bool Cancel();

  bool scheduled() const { return WheelTimer::scheduled(); }

  // Whether the timer keeps the loop alive while it is scheduled; it does unless told otherwise.
  void Ref();
  void Unref();
  bool referenced() const { return referenced_; }

  // When it was started, by the loop's clock.
  int64_t started_nanos() const { return started_nanos_; }
  const Type& type() const { return type_; }
  Loop& loop() const { return loop_; }

 private:
  friend class Loop;

  Loop& loop_;
  const Type& type_;
  // Nanoseconds, in 63 bits: 292 years.
  int64_t started_nanos_ : 63 = 0;
  bool referenced_ : 1 = true;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_LOOP_TIMER_H_
