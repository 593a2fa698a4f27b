// A timer with a callback.
#ifndef RONDO_RUNTIME_TIMER_H_
#define RONDO_RUNTIME_TIMER_H_

#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/log/check.h"
#include "absl/time/time.h"
#include "runtime/loop_timer.h"

namespace rondo {

// Calls a function once or at an interval.
//
// Loop thread only. The owner keeps it; the loop outlives it. Destroying it cancels it, also
// from within its own callback. Starting and cancelling it allocates nothing.
//
//   Timer idle(loop, [] { LOG(INFO) << "nothing happened for a minute"; });
//   idle.Start(absl::Minutes(1));       // again after each request: a restart is cheap
class Timer final : private LoopTimer {
 public:
  // `callback` must not throw.
  Timer(Loop& loop, absl::AnyInvocable<void()> callback)
      : LoopTimer(loop, kType), callback_(std::move(callback)) {}
  ~Timer();

  // Calls back once, `delay` from now: never earlier, and behind timers due at the same time.
  void Start(absl::Duration delay) {
    interval_nanos_ = 0;
    LoopTimer::Start(delay);
  }
  // As Start, at a time of the loop's clock: see LoopTimer::StartAt.
  void StartAt(int64_t nanos) {
    interval_nanos_ = 0;
    LoopTimer::StartAt(nanos);
  }

  // Calls back every `interval`. It is started anew before each call, so that after a long block
  // of the loop there is one call and not a burst; the callback may cancel or restart it.
  // REQUIRES: interval >= 1 ns.
  void StartRepeating(absl::Duration interval) {
    interval_nanos_ = absl::ToInt64Nanoseconds(interval);
    CHECK_GT(interval_nanos_, 0) << "a repeating timer needs an interval";
    LoopTimer::Start(interval);
  }

  // True exactly when a call that was to come will now not happen.
  bool Cancel() { return LoopTimer::Cancel(); }

  using LoopTimer::Ref;
  using LoopTimer::referenced;
  using LoopTimer::scheduled;
  using LoopTimer::Unref;

 private:
  static void Expired(LoopTimer& base);
  static const Type kType;

  int64_t interval_nanos_ = 0;  // Zero: once. Stands here where it fills a gap.
  absl::AnyInvocable<void()> callback_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_TIMER_H_
