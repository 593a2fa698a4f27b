// What both forms of the experiment are told on the command line.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_FLAGS_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_FLAGS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace rondo::experiment {

struct Options {
  std::string file;                // What is read.
  std::optional<std::string> url;  // What is fetched; none: from a server of the experiment's own.
  absl::Duration patience;         // How long that may take.
  std::string password;
  absl::Duration disk_pause;
};

// Parses the flags, those of the program's own as well. Ends the program when they are wrong.
Options ParseOptions(int argc, char** argv);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_FLAGS_H_
