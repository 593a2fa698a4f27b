// W3 on Rondo: timers with a callback on a loop and, as "wheel", the bare wheel and its nodes.
//
//   rondo churn TIMERS OPERATIONS
//   rondo wheel TIMERS OPERATIONS
//   rondo expire TIMERS

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "benchmarks/common/allocations.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/random.h"
#include "benchmarks/common/timers.h"
#include "runtime/runtime.h"
#include "runtime/timer.h"
#include "timers/timer_wheel.h"

namespace {

using rondo::Timer;

// A row of things that can neither be copied nor moved.
template <typename T>
class Row {
 public:
  explicit Row(int64_t count) : data_(std::allocator<T>().allocate(count)), capacity_(count) {
    // As a vector's, its pages are there when the clock begins to run.
    std::memset(static_cast<void*>(data_), 0, count * sizeof(T));
  }
  ~Row() {
    std::destroy_n(data_, size_);
    std::allocator<T>().deallocate(data_, capacity_);
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  template <typename... Args>
  T& Add(Args&&... args) {
    return *std::construct_at(data_ + size_++, std::forward<Args>(args)...);
  }
  T& operator[](int64_t index) { return data_[index]; }

 private:
  T* const data_;
  const int64_t capacity_;
  int64_t size_ = 0;
};

std::unique_ptr<rondo::Runtime> Build() {
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime = rondo::Runtime::Builder().Build();
  CHECK_OK(runtime.status());
  return *std::move(runtime);
}

void Churn(int64_t count, int64_t operations) {
  const std::unique_ptr<rondo::Runtime> runtime = Build();
  int64_t expired = 0;
  const int64_t heap_before = bench::HeapBytes();
  Row<Timer> timers(count);
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t, int64_t delay) {
        timers.Add(runtime->loop(), [&expired] { ++expired; }).Start(absl::Milliseconds(delay));
      },
      [&](int64_t index, int64_t delay) {
        CHECK(timers[index].Cancel());
        timers[index].Start(absl::Milliseconds(delay));
      });
  CHECK_EQ(expired, 0);
}

// With one reading of the clock for all, as on libuv.
void ChurnAt(int64_t count, int64_t operations) {
  const std::unique_ptr<rondo::Runtime> runtime = Build();
  int64_t expired = 0;
  const int64_t heap_before = bench::HeapBytes();
  Row<Timer> timers(count);
  const int64_t now = runtime->loop().clock().NowNanos();
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t, int64_t delay) {
        timers.Add(runtime->loop(), [&expired] { ++expired; }).StartAt(now + delay * 1'000'000);
      },
      [&](int64_t index, int64_t delay) {
        CHECK(timers[index].Cancel());
        timers[index].StartAt(now + delay * 1'000'000);
      });
  CHECK_EQ(expired, 0);
}

void ChurnWheel(int64_t count, int64_t operations) {
  const auto wheel = std::make_unique<rondo::TimerWheel>();
  const int64_t heap_before = bench::HeapBytes();
  std::vector<rondo::WheelTimer> timers(static_cast<size_t>(count));
  bench::Churn(
      count, operations, heap_before,
      [&](int64_t index, int64_t delay) { wheel->Start(timers[index], delay); },
      [&](int64_t index, int64_t delay) {
        CHECK(wheel->Cancel(timers[index]));
        wheel->Start(timers[index], delay);
      });
}

struct Expiring {
  explicit Expiring(int64_t count) : lateness(count) {}
  bench::Distribution lateness;
  int64_t expired = 0;
};

void Expire(int64_t count) {
  const std::unique_ptr<rondo::Runtime> runtime = Build();
  Row<Timer> timers(count);
  Expiring all(count);
  bench::Random random;
  const bench::Measurement measurement;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t delay = bench::ShortDelayMillis(random);
    const int64_t due = bench::NowNanos() + delay * 1'000'000;
    const auto expired = [&all, due] {
      all.lateness.Add(bench::NowNanos() - due);
      ++all.expired;
    };
    timers.Add(runtime->loop(), expired).Start(absl::Milliseconds(delay));
  }
  CHECK_OK(runtime->Run());
  bench::Report report = measurement.End(count);
  CHECK_EQ(all.expired, count);
  all.lateness.AddTo(report, "lateness");
  report.Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t timers = bench::Number(argc, argv, 2, 10'000);
  const int64_t operations = bench::Number(argc, argv, 3, 1'000'000);
  if (variant == "churn") {
    Churn(timers, operations);
  } else if (variant == "churn-at") {
    ChurnAt(timers, operations);
  } else if (variant == "wheel") {
    ChurnWheel(timers, operations);
  } else {
    bench::Require(variant == "expire", "churn, churn-at, wheel or expire");
    Expire(timers);
  }
}
