#include "runtime/cli/stats_text.h"

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace rondo::cli {

std::string StatsText(const RuntimeStats& stats) {
  std::string text = absl::StrFormat("%-24s %10s %10s %12s %12s", "kind", "submitted", "failed",
                                     "mean queue", "mean run");
  for (const RuntimeStats::OfKind& kind : stats.kinds) {
    if (kind.stats.submitted == 0) continue;
    const auto mean = [](const TimeStats& times) {
      return absl::FormatDuration(absl::Trunc(times.mean(), absl::Nanoseconds(1)));
    };
    absl::StrAppendFormat(&text, "\n%-24s %10d %10d %12s %12s", kind.name, kind.stats.submitted,
                          kind.stats.failed(), mean(kind.stats.queue_time),
                          mean(kind.stats.run_time));
  }
  return text;
}

}  // namespace rondo::cli
