// W2 on libuv: uv_queue_work, which always completes on the loop.
//
//   libuv flight TASKS MICROSECONDS [IN_FLIGHT]

#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"

namespace {

int64_t turns = 0;
int64_t unsubmitted = 0;

void Work(uv_work_t*) {
  bench::Compute(turns);
  bench::CountDone();
}

void Submit(uv_work_t* work) {
  --unsubmitted;
  const auto done = [](uv_work_t* self, int status) {
    bench::Require(status == 0, "done");
    if (unsubmitted > 0) Submit(self);
  };
  bench::Require(uv_queue_work(uv_default_loop(), work, &Work, done) == 0, "uv_queue_work");
}

void Run(int64_t count, int64_t in_flight) {
  const int64_t done_before = bench::DoneCount();
  unsubmitted = count;
  std::vector<uv_work_t> works(static_cast<size_t>(std::min(count, in_flight)));
  for (uv_work_t& work : works) Submit(&work);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  bench::Require(bench::DoneCount() - done_before == count, "every task once");
}

}  // namespace

int main(int argc, char** argv) {
  bench::Require(bench::Word(argc, argv, 1) == "flight", "flight");
  const int64_t count = bench::Number(argc, argv, 2, 2'000'000);
  turns = bench::Number(argc, argv, 3, 0) * bench::TurnsOfAMicrosecond();
  const int64_t in_flight = bench::Number(argc, argv, 4, 1024);
  const double body_nanos = bench::ComputeNanos(turns);
  Run(5'000, in_flight);
  const bench::Measurement measurement;
  Run(count, in_flight);
  bench::Report report = measurement.End(count);
  report.Add("body_ns", body_nanos);
  report.Print();
}
