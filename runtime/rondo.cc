// The rondo command: `rondo help` says what it does.
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "runtime/cli/commands.h"

int main(int argc, char** argv) {
  absl::InitializeLog();
  // What ends a command is told in one line; what the runtime copes with needs none.
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kError);
  return rondo::cli::RunRondo(std::vector<std::string>(argv + 1, argv + argc));
}
