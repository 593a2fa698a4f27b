// TimerWheel beside the raw limit: a wheel of one level as one writes it by hand in C, which
// serves deadlines at most 65 535 ticks away and cannot tell the next one. Ticks are read as
// milliseconds.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "timers/timer_wheel.h"

namespace rondo {
namespace {

struct RawTimer {
  RawTimer* next = nullptr;
  RawTimer* prev = nullptr;
  uint64_t deadline = 0;
  void (*callback)(RawTimer& timer) = nullptr;  // Has to be somewhere; not called here.
};

class RawWheel {
 public:
  RawWheel() {
    for (RawTimer& list : lists_) list.next = list.prev = &list;
  }

  uint64_t now() const { return now_; }

  void Start(RawTimer& timer, uint64_t deadline) {
    timer.deadline = deadline;
    RawTimer& list = lists_[deadline % lists_.size()];
    timer.next = &list;
    timer.prev = list.prev;
    list.prev->next = &timer;
    list.prev = &timer;
  }

  void Cancel(RawTimer& timer) {
    timer.next->prev = timer.prev;
    timer.prev->next = timer.next;
  }

  // REQUIRES: `now` is now() + 1, and everything due at now() was taken.
  void Advance(uint64_t now) { now_ = now; }

  RawTimer* TakeExpired() {
    RawTimer& list = lists_[now_ % lists_.size()];
    RawTimer* timer = list.next;
    if (timer == &list) return nullptr;
    Cancel(*timer);
    return timer;
  }

 private:
  uint64_t now_ = 0;
  std::array<RawTimer, 65536> lists_;
};

// Cheap, so that it does not hide what is measured.
class Random {
 public:
  // Below `bound`, which is less than 2^32.
  uint64_t operator()(uint64_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return ((state_ >> 32) * bound) >> 32;
  }

 private:
  uint64_t state_ = 1;
};

// Deadlines of servers: 1 s to 60 s.
uint64_t RandomDelay(Random& random) { return 1'000 + random(59'001); }

// T9: cancels a random one of N timers and starts it with another deadline. Time moves on by a tick
// every 65 536 operations, about what it does at 15 ns an operation.
template <typename Wheel, typename Timer>
void BM_Churn(benchmark::State& state) {
  const auto wheel = std::make_unique<Wheel>();
  std::vector<Timer> timers(state.range(0));
  Random random;
  for (Timer& timer : timers) wheel->Start(timer, RandomDelay(random));
  uint16_t operations = 0;
  for (auto unused : state) {
    Timer& timer = timers[random(timers.size())];
    wheel->Cancel(timer);
    wheel->Start(timer, wheel->now() + RandomDelay(random));
    if (++operations == 0) {
      wheel->Advance(wheel->now() + 1);
      while (Timer* expired = wheel->TakeExpired()) {
        wheel->Start(*expired, wheel->now() + RandomDelay(random));
      }
    }
  }
  for (Timer& timer : timers) wheel->Cancel(timer);
}

BENCHMARK(BM_Churn<TimerWheel, WheelTimer>)->Arg(1)->Arg(10'000)->Arg(1'000'000);
BENCHMARK(BM_Churn<RawWheel, RawTimer>)->Arg(1)->Arg(10'000)->Arg(1'000'000);

// Starts N timers over one second and lets them expire, tick by tick.
template <typename Wheel, typename Timer>
void BM_StartAndExpire(benchmark::State& state) {
  const auto wheel = std::make_unique<Wheel>();
  std::vector<Timer> timers(state.range(0));
  Random random;
  size_t expired = 0;
  for (auto unused : state) {
    for (Timer& timer : timers) wheel->Start(timer, wheel->now() + 1 + random(1'000));
    for (int tick = 0; tick < 1'000; ++tick) {
      wheel->Advance(wheel->now() + 1);
      while (Timer* timer = wheel->TakeExpired()) {
        benchmark::DoNotOptimize(timer);
        ++expired;
      }
    }
  }
  if (expired != timers.size() * state.iterations()) state.SkipWithError("timers were lost");
  state.counters["timer"] = benchmark::Counter(
      static_cast<double>(timers.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

BENCHMARK(BM_StartAndExpire<TimerWheel, WheelTimer>)->Arg(10'000)->Arg(1'000'000);
BENCHMARK(BM_StartAndExpire<RawWheel, RawTimer>)->Arg(10'000)->Arg(1'000'000);

void BM_NextDeadline(benchmark::State& state) {
  TimerWheel wheel;
  std::vector<WheelTimer> timers(state.range(0));
  Random random;
  for (WheelTimer& timer : timers) wheel.Start(timer, RandomDelay(random));
  for (auto unused : state) benchmark::DoNotOptimize(wheel.NextDeadline());
}

BENCHMARK(BM_NextDeadline)->Arg(1)->Arg(10'000)->Arg(1'000'000);

// The earliest timer is put off each time, so that the next deadline has to be searched.
void BM_NextDeadlineAfterRestart(benchmark::State& state) {
  TimerWheel wheel;
  std::vector<WheelTimer> timers(state.range(0));
  WheelTimer earliest;
  Random random;
  for (WheelTimer& timer : timers) wheel.Start(timer, RandomDelay(random));
  for (auto unused : state) {
    wheel.Start(earliest, 100);
    benchmark::DoNotOptimize(wheel.NextDeadline());
    wheel.Start(earliest, 70'000);
    benchmark::DoNotOptimize(wheel.NextDeadline());
  }
}

BENCHMARK(BM_NextDeadlineAfterRestart)->Arg(1)->Arg(10'000)->Arg(1'000'000);

// One timer and a leap as far as it goes: what counts is neither distance nor ticks.
void BM_AdvanceFar(benchmark::State& state) {
  WheelTimer timer;
  TimerWheel wheel;
  for (auto unused : state) {
    const uint64_t deadline = wheel.now() + (uint64_t{1} << state.range(0));
    wheel.Start(timer, deadline);
    wheel.Advance(deadline);
    benchmark::DoNotOptimize(wheel.TakeExpired());
  }
}

BENCHMARK(BM_AdvanceFar)->Arg(0)->Arg(10)->Arg(20)->Arg(30);

}  // namespace
}  // namespace rondo
