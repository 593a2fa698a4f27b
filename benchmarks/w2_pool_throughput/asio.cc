// W2 on Asio: a thread_pool and an io_context.
//
//   asio flight TASKS MICROSECONDS [IN_FLIGHT]
//   asio fanout TASKS

#include <algorithm>
#include <asio.hpp>
#include <cstdint>
#include <string>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"
#include "benchmarks/common/throttle.h"

namespace {

struct Flight {
  asio::io_context& io;
  asio::thread_pool& pool;
  int64_t turns;
  int64_t unsubmitted;
  int64_t uncompleted;

  void Submit() {
    --unsubmitted;
    asio::post(pool, [this] {
      bench::Compute(turns);
      bench::CountDone();
      asio::post(io, [this] {
        if (--uncompleted == 0) io.stop();
        if (unsubmitted > 0) Submit();
      });
    });
  }
};

void RunFlight(asio::thread_pool& pool, int64_t count, int64_t turns, int64_t in_flight) {
  asio::io_context io(1);
  const auto work = asio::make_work_guard(io);
  const int64_t done_before = bench::DoneCount();
  Flight flight{.io = io, .pool = pool, .turns = turns, .unsubmitted = count, .uncompleted = count};
  for (int64_t i = std::min(count, in_flight); i > 0; --i) flight.Submit();
  io.run();
  bench::Require(bench::DoneCount() - done_before == count, "every task once");
}

void RunFanOut(asio::thread_pool& pool, int64_t count) {
  const int64_t done_before = bench::DoneCount();
  const auto done = [done_before] { return bench::DoneCount() - done_before; };
  for (int64_t i = 0; i < count; ++i) {
    bench::Throttle(i, done);
    asio::post(pool, [] { bench::CountDone(); });
  }
  while (done() < count) sched_yield();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 2'000'000);
  const int64_t turns = bench::Number(argc, argv, 3, 0) * bench::TurnsOfAMicrosecond();
  const int64_t in_flight = bench::Number(argc, argv, 4, 1024);
  const double body_nanos = bench::ComputeNanos(turns);
  bench::Require(variant == "flight" || variant == "fanout", "flight or fanout");
  asio::thread_pool pool(4);
  const auto run = [&](int64_t tasks) {
    variant == "flight" ? RunFlight(pool, tasks, turns, in_flight) : RunFanOut(pool, tasks);
  };
  run(5'000);
  const bench::Measurement measurement;
  run(count);
  bench::Report report = measurement.End(count);
  report.Add("body_ns", body_nanos);
  report.Print();
}
