#include "benchmarks/common/pool_work.h"

#include <algorithm>
#include <atomic>
#include <ctime>

#include "benchmarks/common/measure.h"

namespace bench {
namespace {

constexpr int kPlaces = 64;
struct alignas(64) Place {
  std::atomic<int64_t> done;
};
Place places[kPlaces];
std::atomic<int> next_place;
thread_local Place* my_place = nullptr;

thread_local uint64_t computed = 1;

}  // namespace

void Compute(int64_t turns) {
  // Each turn needs the one before, so that no processor does several at once.
  uint64_t value = computed;
  for (int64_t i = 0; i < turns; ++i) value = value * 6364136223846793005 + 1442695040888963407;
  computed = value;
}

double ComputeNanos(int64_t turns) {
  constexpr int kTries = 20;
  constexpr int kTimes = 100;
  int64_t fastest = INT64_MAX;
  for (int i = 0; i < kTries; ++i) {
    const int64_t begin = NowNanos();
    for (int j = 0; j < kTimes; ++j) Compute(turns);
    fastest = std::min(fastest, NowNanos() - begin);
  }
  return static_cast<double>(fastest) / kTimes;
}

int64_t TurnsOfAMicrosecond() {
  constexpr int64_t kSample = 1000;
  return static_cast<int64_t>(kSample * 1000 / ComputeNanos(kSample));
}

void CountDone() {
  if (my_place == nullptr) my_place = &places[next_place.fetch_add(1) % kPlaces];
  // Only this thread writes. Release: who sees the count sees what was done.
  my_place->done.store(my_place->done.load(std::memory_order_relaxed) + 1,
                       std::memory_order_release);
}

int64_t DoneCount() {
  int64_t sum = 0;
  for (const Place& place : places) sum += place.done.load(std::memory_order_acquire);
  return sum;
}

void Pause() {
  const timespec time = {.tv_sec = 0, .tv_nsec = 100'000};
  nanosleep(&time, nullptr);
}

}  // namespace bench
