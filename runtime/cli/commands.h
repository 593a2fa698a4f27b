// The commands of the rondo command.
#ifndef RONDO_RUNTIME_CLI_COMMANDS_H_
#define RONDO_RUNTIME_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/cli/arguments.h"
#include "runtime/cli/console.h"

namespace rondo::cli {

// rondo kinds [PLUGIN|KIND]
ExitCode Kinds(const Arguments& arguments, Console& console);
// rondo call KIND field=value...
ExitCode Call(const Arguments& arguments, Console& console);
// rondo run APPLICATION.so [ARGUMENT...]: returns what the application does.
int Run(const Arguments& arguments, Console& console);
// rondo check PLUGIN.so
ExitCode Check(const Arguments& arguments, Console& console);
// rondo completion bash
ExitCode Completion(const Arguments& arguments, Console& console);

struct Command {
  absl::string_view name;
  absl::string_view usage;    // "call KIND [FIELD=VALUE...]"
  absl::string_view summary;  // One line.
  absl::string_view help;     // All the rest.
  int (*run)(const Arguments&, Console&);
};

const std::vector<Command>& AllCommands();
// Null when there is none of that name.
const Command* FindCommand(absl::string_view name);

// What `rondo help` and `rondo help COMMAND` print.
std::string Help();
std::string HelpFor(const Command& command);

// The whole of it.
int RunRondo(const std::vector<std::string>& args);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_COMMANDS_H_
