// The runtime in which the rondo command works.
#ifndef RONDO_RUNTIME_CLI_HOST_H_
#define RONDO_RUNTIME_CLI_HOST_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/cli/arguments.h"
#include "runtime/runtime.h"

namespace rondo::cli {

// A runtime with the standard plugins and those that the arguments name, with their options.
absl::StatusOr<std::unique_ptr<Runtime>> BuildRuntime(const Arguments& arguments);

// Loads a plugin, sets its options and adds it. Returns its name.
absl::StatusOr<std::string> AddFile(Runtime& runtime, const PluginArgument& argument);

// Ends what still runs, for a few seconds at most: a command has its answer.
void EndRuntime(Runtime& runtime);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_HOST_H_
