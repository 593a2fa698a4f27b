// W3 on Asio.
//
//   asio churn TIMERS OPERATIONS
//   asio expire TIMERS

#include <asio.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "benchmarks/common/allocations.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/random.h"
#include "benchmarks/common/timers.h"

namespace {

using Clock = asio::steady_timer::clock_type;

void Churn(int64_t count, int64_t operations) {
  asio::io_context io(1);
  const int64_t heap_before = bench::HeapBytes();
  std::vector<asio::steady_timer> timers;
  timers.reserve(static_cast<size_t>(count));
  int64_t ended = 0;
  int64_t restarted = 0;
  const auto start = [&](int64_t index) {
    timers[index].async_wait([&ended](std::error_code) { ++ended; });
  };
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t index, int64_t delay) {
        timers.emplace_back(io, std::chrono::milliseconds(delay));
        start(index);
      },
      [&](int64_t index, int64_t delay) {
        timers[index].expires_after(std::chrono::milliseconds(delay));
        start(index);
        // A cancelled wait ends in a call of its handler.
        if (++restarted % 1000 == 0) io.poll();
      });
  io.poll();
  // On a slow machine some have expired, too.
  bench::Require(ended >= restarted, "every cancelled wait told");
}

void Expire(int64_t count) {
  asio::io_context io(1);
  std::vector<asio::steady_timer> timers;
  timers.reserve(static_cast<size_t>(count));
  bench::Distribution lateness(count);
  bench::Random random;
  int64_t left = count;
  const bench::Measurement measurement;
  for (int64_t i = 0; i < count; ++i) {
    const Clock::time_point due =
        Clock::now() + std::chrono::milliseconds(bench::ShortDelayMillis(random));
    timers.emplace_back(io, due).async_wait([&lateness, &left, due](std::error_code error) {
      bench::Require(!error, "expired");
      lateness.Add(std::chrono::nanoseconds(Clock::now() - due).count());
      --left;
    });
  }
  io.run();
  bench::Report report = measurement.End(count);
  bench::Require(left == 0, "all timers expired");
  lateness.AddTo(report, "lateness");
  report.Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t timers = bench::Number(argc, argv, 2, 10'000);
  if (variant == "churn") {
    Churn(timers, bench::Number(argc, argv, 3, 1'000'000));
  } else {
    bench::Require(variant == "expire", "churn or expire");
    Expire(timers);
  }
}
