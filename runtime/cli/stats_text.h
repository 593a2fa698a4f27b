#ifndef RONDO_RUNTIME_CLI_STATS_TEXT_H_
#define RONDO_RUNTIME_CLI_STATS_TEXT_H_

#include <string>

#include "runtime/runtime.h"

namespace rondo::cli {

// A line for each kind that was used: how many, how long they waited and ran.
std::string StatsText(const RuntimeStats& stats);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_STATS_TEXT_H_
