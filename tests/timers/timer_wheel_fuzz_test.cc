#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "tests/timers/timer_wheel_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rondo::RunTimerWheelProgram(absl::MakeConstSpan(data, size));
  return 0;
}
