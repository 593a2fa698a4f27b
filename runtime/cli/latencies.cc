#include "runtime/cli/latencies.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rondo::cli {
namespace {

// Three digits are enough.
std::string Short(int64_t nanos) {
  int64_t unit = 1;
  while (nanos / unit >= 1000) unit *= 10;
  return absl::FormatDuration(absl::Nanoseconds(nanos / unit * unit));
}

}  // namespace

std::string Latencies::ToString() const {
  if (nanos_.empty()) return "";
  std::vector<int64_t> sorted = nanos_;
  std::sort(sorted.begin(), sorted.end());
  // The least one that at least so many per cent do not exceed.
  const auto percentile = [&sorted](size_t percent) {
    const size_t rank = (sorted.size() * percent + 99) / 100;
    return Short(sorted[std::max<size_t>(rank, 1) - 1]);
  };
  return absl::StrFormat("min %s  p50 %s  p90 %s  p99 %s  max %s", Short(sorted.front()),
                         percentile(50), percentile(90), percentile(99), Short(sorted.back()));
}

}  // namespace rondo::cli
