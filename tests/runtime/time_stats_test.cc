#include "runtime/time_stats.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rondo {
namespace {

TEST(TimeStats, IsEmptyAtFirst) {
  const TimeStats times;
  EXPECT_EQ(times.count(), 0);
  EXPECT_EQ(times.mean(), absl::ZeroDuration());
  EXPECT_EQ(times.max(), absl::ZeroDuration());
  EXPECT_EQ(times.Quantile(0.5), absl::ZeroDuration());
}

TEST(TimeStats, CountMeanAndMaxAreExact) {
  TimeStats times;
  for (const int64_t nanos : {0, 10, 1'000'000}) times.Add(nanos);
  EXPECT_EQ(times.count(), 3);
  EXPECT_EQ(times.mean(), absl::Nanoseconds(1'000'010) / 3);
  EXPECT_EQ(times.max(), absl::Milliseconds(1));
}

TEST(TimeStats, QuantilesAreAtMostAQuarterTooLong) {
  std::mt19937_64 random(1);
  for (const int bits : {2, 3, 8, 20, 41}) {
    TimeStats times;
    std::vector<int64_t> all;
    for (int i = 0; i < 999; ++i) {
      all.push_back(static_cast<int64_t>(random() >> (64 - bits)));
      times.Add(all.back());
    }
    std::sort(all.begin(), all.end());
    for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0}) {
      const int64_t exact = all[std::max(1.0, std::ceil(q * 999)) - 1];
      const int64_t quantile = absl::ToInt64Nanoseconds(times.Quantile(q));
      EXPECT_GE(quantile, exact) << q << " of " << bits << " bits";
      EXPECT_LE(quantile, exact + exact / 4) << q << " of " << bits << " bits";
    }
  }
}

TEST(TimeStats, AnyTimeIsCounted) {
  TimeStats times;
  times.Add(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(times.max(), absl::Nanoseconds(std::numeric_limits<int64_t>::max()));
  EXPECT_LE(times.Quantile(1), times.max());
  EXPECT_GE(times.Quantile(1), absl::Hours(1));
}

}  // namespace
}  // namespace rondo
