#include "tests/timers/timer_wheel_model.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace rondo {
namespace {

// The parameter is the seed, so that the name of a run that dies tells it.
class TimerWheelModel : public testing::TestWithParam<int> {};

TEST_P(TimerWheelModel, RandomProgramDoesAsTheModel) {
  std::mt19937_64 random(GetParam());
  std::vector<uint8_t> program(size_t{1} << (random() % 15));
  for (uint8_t& byte : program) byte = static_cast<uint8_t>(random());
  RunTimerWheelProgram(program);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TimerWheelModel, testing::Range(0, 300),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace rondo
