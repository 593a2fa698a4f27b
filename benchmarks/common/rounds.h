// W1: one task in flight, from the loop to a worker and back, again and again.
#ifndef RONDO_BENCHMARKS_COMMON_ROUNDS_H_
#define RONDO_BENCHMARKS_COMMON_ROUNDS_H_

#include <cstdint>
#include <string>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"

namespace bench {

// Keeps the time of the rounds of one run. Before each round but the first, the loop's thread
// may pause: nobody can be spinning then.
//
//   Rounds rounds(/*pause=*/false, 200'000);
//   ... rounds.Begin(); Submit(...) ... in the completion: if (rounds.End()) do so again
class Rounds {
 public:
  Rounds(bool pause, int64_t count) : pause_(pause), left_(count), latency_(count) {}

  void Begin() { begin_ = NowNanos(); }
  // Whether there is another one to begin.
  bool End() {
    latency_.Add(NowNanos() - begin_);
    if (--left_ == 0) return false;
    if (pause_) Pause();
    return true;
  }
  int64_t left() const { return left_; }

  void AddTo(Report& report) { latency_.AddTo(report, "latency"); }

 private:
  const bool pause_;
  int64_t left_;
  int64_t begin_ = 0;
  Distribution latency_;
};

// Runs `run(rounds)` once to warm up and once to measure.
template <typename Run>
void MeasureRounds(const std::string& variant, int64_t count, Run run) {
  Require(variant == "busy" || variant == "pause", "busy or pause");
  const bool pause = variant == "pause";
  Rounds warm_up(pause, 200);
  run(warm_up);
  Rounds rounds(pause, count);
  const Measurement measurement;
  run(rounds);
  Report report = measurement.End(count);
  Require(rounds.left() == 0, "all rounds");
  rounds.AddTo(report);
  report.Print();
}

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_ROUNDS_H_
