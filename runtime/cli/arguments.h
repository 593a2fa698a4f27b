// The command line of the rondo command.
#ifndef RONDO_RUNTIME_CLI_ARGUMENTS_H_
#define RONDO_RUNTIME_CLI_ARGUMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rondo::cli {

// A `--plugin`: a file to load, options for a plugin, or both.
struct PluginArgument {
  std::string file;                  // "x.so"; empty: a plugin that is there.
  std::string name;                  // "net"; empty: the one in the file.
  std::vector<std::string> options;  // "max_connections=1000".
};

struct Arguments {
  std::string command;             // "call"; empty when there is none.
  std::vector<std::string> words;  // What follows it and is no option.
  std::vector<PluginArgument> plugins;
  bool help = false;
  bool version = false;
  bool json = false;
  bool names = false;
  bool stats = false;
  std::optional<bool> colour;  // As told; else it depends on the terminal.
  int threads = 0;             // 0: as many as a runtime has by default.
  absl::Duration timeout = absl::InfiniteDuration();
  int64_t repeat = 1;
  int64_t parallel = 1;
};

// Options may stand anywhere before a "--"; what follows that are words. `rondo run x.so` passes
// everything behind the file on, "--" or not.
// Errors: INVALID_ARGUMENT naming the option.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& args);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_ARGUMENTS_H_
