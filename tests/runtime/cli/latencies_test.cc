#include "runtime/cli/latencies.h"

#include "gtest/gtest.h"

namespace rondo::cli {
namespace {

TEST(Latencies, PercentilesAreOfTheSortedOnes) {
  Latencies latencies;
  EXPECT_EQ(latencies.ToString(), "");
  latencies.Add(5);
  EXPECT_EQ(latencies.ToString(), "min 5ns  p50 5ns  p90 5ns  p99 5ns  max 5ns");
  Latencies hundred;
  for (int i = 100; i >= 1; --i) hundred.Add(i * 1000);
  EXPECT_EQ(hundred.ToString(), "min 1us  p50 50us  p90 90us  p99 99us  max 100us");
}

TEST(Latencies, ThreeDigitsAreShown) {
  Latencies latencies;
  latencies.Add(1'234'567);
  EXPECT_EQ(latencies.ToString(), "min 1.23ms  p50 1.23ms  p90 1.23ms  p99 1.23ms  max 1.23ms");
}

}  // namespace
}  // namespace rondo::cli
