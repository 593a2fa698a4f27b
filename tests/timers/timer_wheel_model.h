// A timer wheel beside a sorted map that is plainly right.
#ifndef RONDO_TESTS_TIMERS_TIMER_WHEEL_MODEL_H_
#define RONDO_TESTS_TIMERS_TIMER_WHEEL_MODEL_H_

#include <cstdint>

#include "absl/types/span.h"

namespace rondo {

// Runs the program that `bytes` spell (all bytes spell one) on a TimerWheel and on a model of it,
// and dies at the first difference. Starts, restarts, cancels, advances near and far, batches
// with one deadline, timers that are started or destroyed while others are taken.
void RunTimerWheelProgram(absl::Span<const uint8_t> bytes);

}  // namespace rondo

#endif  // RONDO_TESTS_TIMERS_TIMER_WHEEL_MODEL_H_
