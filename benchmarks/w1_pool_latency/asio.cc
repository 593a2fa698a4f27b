// W1 on Asio: a thread_pool and an io_context.
//
//   asio busy|pause ROUNDS
//   asio idle MILLISECONDS

#include <asio.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/rounds.h"

namespace {

struct Loop {
  asio::io_context io{1};
  asio::thread_pool pool{4};
};

void Submit(Loop& loop, bench::Rounds& rounds) {
  rounds.Begin();
  // While the task is with the pool the loop has nothing else to do, and shall not end.
  asio::post(loop.pool, [&loop, &rounds, work = asio::make_work_guard(loop.io)]() mutable {
    asio::post(loop.io, [&loop, &rounds] {
      if (rounds.End()) Submit(loop, rounds);
    });
  });
}

void Idle(int64_t millis) {
  Loop loop;
  const bench::Measurement measurement;
  asio::steady_timer timer(loop.io, std::chrono::milliseconds(millis));
  timer.async_wait([](std::error_code) {});
  loop.io.run();
  measurement.End(millis).Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 200'000);
  if (variant == "idle") {
    Idle(count);
    return 0;
  }
  Loop loop;
  bench::MeasureRounds(variant, count, [&loop](bench::Rounds& rounds) {
    Submit(loop, rounds);
    loop.io.restart();
    loop.io.run();
  });
}
