#include "examples/node_experiment/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace rondo::experiment {
namespace {

double Millis(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

}  // namespace

absl::Status GetError(const absl::Status& status, absl::string_view url) {
  if (!absl::IsDeadlineExceeded(status)) return status;
  return absl::DeadlineExceededError(absl::StrCat("GET ", url, ": ", status.message()));
}

std::string Report(const RuntimeStats& stats) {
  std::string report =
      absl::StrFormat("\n%-24s %-5s %5s %6s %10s %10s %10s\n", "task kind", "where", "tasks",
                      "failed", "queued ms", "ran ms", "longest ms");
  for (const RuntimeStats::OfKind& kind : stats.kinds) {
    if (kind.stats.submitted == 0) continue;
    absl::StrAppendFormat(&report, "%-24s %-5s %5d %6d %10.2f %10.2f %10.2f\n", kind.name,
                          kind.runs_on == RunsOn::kPool ? "pool" : "loop", kind.stats.submitted,
                          kind.stats.failed(), Millis(kind.stats.queue_time.mean()),
                          Millis(kind.stats.run_time.mean()), Millis(kind.stats.run_time.max()));
  }
  absl::StrAppendFormat(&report,
                        "%d turns of the loop, %d of them waited; longest without: %.2f ms\n",
                        stats.loop.turns, stats.loop.waits, Millis(stats.loop.max_lag));
  return report;
}

}  // namespace rondo::experiment
