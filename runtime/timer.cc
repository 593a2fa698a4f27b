#include "runtime/timer.h"

#include <utility>

#include "runtime/loop.h"

namespace rondo {

const LoopTimer::Type Timer::kType = {
    .expired = &Timer::Expired, .discarded = nullptr, .label = "timer", .listed = true};

void Timer::Expired(LoopTimer& base) {
  Timer& timer = static_cast<Timer&>(base);
  if (timer.interval_nanos_ > 0) timer.StartAgain(absl::Nanoseconds(timer.interval_nanos_));
  // From the stack: the callback may destroy the timer, and goes on using its captures.
  Loop& loop = timer.loop();
  loop.running_timer_ = &timer;
  timer.calling_ = true;
  absl::AnyInvocable<void()> callback = std::move(timer.callback_);
  callback();
  if (loop.running_timer_ == nullptr) return;
  loop.running_timer_ = nullptr;
  timer.calling_ = false;
  timer.callback_ = std::move(callback);
}

Timer::~Timer() {
  // Otherwise the loop may be gone already.
  if (calling_) loop().running_timer_ = nullptr;
}

}  // namespace rondo
