// How long something took.
#ifndef RONDO_RUNTIME_TIME_STATS_H_
#define RONDO_RUNTIME_TIME_STATS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace rondo {

// A histogram of times: count, mean, longest and quantiles, whatever their magnitude. Adding costs
// a few instructions and allocates nothing. Not thread-safe.
//
//   TimeStats times;
//   times.Add(1'500);
//   LOG(INFO) << times.mean() << ", half of them within " << times.Quantile(0.5);
class TimeStats {
 public:
  // REQUIRES: nanos >= 0.
  void Add(int64_t nanos) {
    ++count_;
    total_nanos_ += nanos;
    max_nanos_ = std::max(max_nanos_, nanos);
    ++buckets_[BucketOf(nanos)];
  }

  int64_t count() const { return count_; }
  // Zero when nothing was added.
  absl::Duration mean() const {
    return count_ == 0 ? absl::ZeroDuration() : absl::Nanoseconds(total_nanos_) / count_;
  }
  absl::Duration max() const { return absl::Nanoseconds(max_nanos_); }
  // A time that a share `q` of them does not exceed, at most a quarter above the least such time.
  // REQUIRES: 0 <= q <= 1.
  absl::Duration Quantile(double q) const {
    int64_t left = std::max<int64_t>(1, std::ceil(q * static_cast<double>(count_)));
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      left -= buckets_[bucket];
      if (left <= 0) return absl::Nanoseconds(std::min(LastOf(bucket), max_nanos_));
    }
    return max();
  }

 private:
  // Each power of two is split in four. The first four buckets have one nanosecond each.
  static constexpr int kSplitBits = 2;
  static constexpr int kSplit = 1 << kSplitBits;
  // Up to 2^42 ns, more than an hour; what takes longer is in the last.
  static constexpr size_t kBuckets = (42 - kSplitBits + 1) * kSplit;

  static size_t BucketOf(int64_t nanos) {
    const auto value = static_cast<uint64_t>(nanos);
    if (value < kSplit) return value;
    const int power = 63 - std::countl_zero(value);
    const size_t part = (value >> (power - kSplitBits)) & (kSplit - 1);
    return std::min(static_cast<size_t>(power - kSplitBits + 1) * kSplit + part, kBuckets - 1);
  }
  // The longest time that belongs to it.
  static int64_t LastOf(size_t bucket) {
    if (bucket < kSplit) return static_cast<int64_t>(bucket);
    const int shift = static_cast<int>(bucket / kSplit) - 1;
    return (static_cast<int64_t>(kSplit + bucket % kSplit + 1) << shift) - 1;
  }

  int64_t count_ = 0;
  int64_t total_nanos_ = 0;
  int64_t max_nanos_ = 0;
  std::array<int64_t, kBuckets> buckets_ = {};
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_TIME_STATS_H_
