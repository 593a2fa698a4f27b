// What the experiment prints when it has ended.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_

#include <string>

#include "runtime/runtime.h"

namespace rondo::experiment {

// A table of the kinds that were used, with their counts and times, and a line about the loop.
std::string Report(const RuntimeStats& stats);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_REPORT_H_
