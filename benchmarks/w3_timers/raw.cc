// W3 by hand: a wheel of one level, which serves deadlines at most 65 535 ms away, and a thread
// that sleeps until the next one.
//
//   raw churn TIMERS OPERATIONS
//   raw expire TIMERS

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/common/allocations.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/random.h"
#include "benchmarks/common/timers.h"

namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;

struct Link {
  Link* next = nullptr;
  Link* prev = nullptr;
};

struct Timer : Link {
  uint64_t deadline = 0;
  void (*callback)(Timer& timer) = nullptr;
};

class Wheel {
 public:
  Wheel() {
    for (Link& list : lists_) list.next = list.prev = &list;
  }

  void Start(Timer& timer, uint64_t deadline) {
    timer.deadline = deadline;
    Link& list = ListOf(deadline);
    timer.next = &list;
    timer.prev = list.prev;
    list.prev->next = &timer;
    list.prev = &timer;
  }

  static void Cancel(Timer& timer) {
    timer.next->prev = timer.prev;
    timer.prev->next = timer.next;
  }

  bool HasTimers(uint64_t deadline) { return ListOf(deadline).next != &ListOf(deadline); }

  void Expire(uint64_t deadline) {
    Link& list = ListOf(deadline);
    while (list.next != &list) {
      Timer& timer = static_cast<Timer&>(*list.next);
      Cancel(timer);
      timer.callback(timer);
    }
  }

 private:
  Link& ListOf(uint64_t deadline) { return lists_[deadline % lists_.size()]; }

  std::array<Link, 65536> lists_;
};

void Churn(int64_t count, int64_t operations) {
  const auto wheel = std::make_unique<Wheel>();
  const int64_t heap_before = bench::HeapBytes();
  std::vector<Timer> timers(static_cast<size_t>(count));
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t index, int64_t delay) { wheel->Start(timers[index], delay); },
      [&](int64_t index, int64_t delay) {
        wheel->Cancel(timers[index]);
        wheel->Start(timers[index], delay);
      });
}

struct Expiring : Timer {
  int64_t due = 0;
};

int64_t left = 0;
bench::Distribution* lateness = nullptr;

void Expired(Timer& timer) {
  lateness->Add(bench::NowNanos() - static_cast<Expiring&>(timer).due);
  --left;
}

void SleepUntil(int64_t nanos) {
  const timespec time = {.tv_sec = nanos / 1'000'000'000, .tv_nsec = nanos % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

void Expire(int64_t count) {
  const auto wheel = std::make_unique<Wheel>();
  std::vector<Expiring> timers(static_cast<size_t>(count));
  bench::Distribution distribution(count);
  lateness = &distribution;
  left = count;
  bench::Random random;
  const bench::Measurement measurement;
  auto tick = static_cast<uint64_t>(bench::NowNanos() / kNanosPerMilli);
  for (Expiring& timer : timers) {
    timer.callback = &Expired;
    timer.due = bench::NowNanos() + bench::ShortDelayMillis(random) * kNanosPerMilli;
    wheel->Start(timer, static_cast<uint64_t>((timer.due - 1) / kNanosPerMilli + 1));
  }
  for (; left > 0; ++tick) {
    if (!wheel->HasTimers(tick)) continue;
    const int64_t begin = static_cast<int64_t>(tick) * kNanosPerMilli;
    if (bench::NowNanos() < begin) SleepUntil(begin);
    wheel->Expire(tick);
  }
  bench::Report report = measurement.End(count);
  distribution.AddTo(report, "lateness");
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
