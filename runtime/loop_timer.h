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
  // scheduled timer starts anew, behind those that are due in the same tick of the loop. A delay
  // that is not positive is due in the present tick and so expires in the next turn at the
  // latest, before what was to expire within this tick; a huge one never expires.
  void Start(absl::Duration delay);

  // As Start, at a time of the loop's clock, and never before it. Reads no clock, which is the
  // most of what Start costs: for who starts many timers and has read it once.
  //
  //   const int64_t now = loop.clock().NowNanos();
  //   for (Session& session : sessions) session.idle.StartAt(now + session.idle_nanos);
  void StartAt(int64_t nanos);

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
  // Nanoseconds, in 62 bits: 73 years to either side of the clock's zero.
  int64_t started_nanos_ : 62 = 0;
  bool referenced_ : 1 = true;

 protected:
  // For those who derive: whether the callback runs.
  bool calling_ : 1 = false;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_LOOP_TIMER_H_
