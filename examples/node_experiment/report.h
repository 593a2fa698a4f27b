// What the experiment prints when it has ended.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/runtime.h"

namespace rondo::experiment {

// A table of the kinds that were used, with their counts and times, and a line about the loop.
std::string Report(const RuntimeStats& stats);

// Why the GET failed: with its URL, which the runtime, when it ends a task whose time is over, does
// not know.
absl::Status GetError(const absl::Status& status, absl::string_view url);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_
