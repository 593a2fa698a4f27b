#include "runtime/cli/commands.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/nearest_names.h"
#include "runtime/plugin_library.h"

namespace rondo::cli {
namespace {

constexpr absl::string_view kCommon = R"(
Options of every command:
  --plugin FILE.so[:OPTION=VALUE,...]  load a plugin; may be repeated
  --plugin NAME:OPTION=VALUE,...       set options of a plugin that is there
  --threads N                          how many workers the pool has
  --colour auto|always|never
  --json                               JSON instead of text
  --help
Exit status: 0 done; 1 it failed, and why is on the standard error; 2 no such command or option.
)";

constexpr absl::string_view kKindsHelp = R"(
Without an argument a line for each task kind: its name, where it runs and what it is given. With
the name of a plugin those of the plugin; with the name of a kind all that is known of it.
  --names  only the names
)";

constexpr absl::string_view kCallHelp = R"(
Runs a task and prints its result: bytes as they are, everything else as JSON.

  rondo call fs.read_file path=notes.txt
  rondo call crypto.hash algorithm=sha256 data=@notes.txt
  tar c . | rondo call crypto.hash algorithm=sha256 data=@-

Fields: `rondo kinds KIND` lists them. field=@file gives what is in a file, field=@- what comes on
the standard input, field=@@x the text "@x". outer.inner=x gives a field of a field; a list is given
by element (args=a args=b) or as JSON.
  --timeout 2s    fail with DEADLINE_EXCEEDED when it takes longer
  --repeat N      run it N times, and print how long the calls took instead of the result
  --parallel M    so many at once
  --stats         print what the runtime counted, on the standard error
)";

constexpr absl::string_view kRunHelp = R"(
Loads an application and runs its main task: the kind NAME.main of the plugin NAME that the file
holds, which is given the arguments in its field `args`, and whose result is the exit status.
)";

constexpr absl::string_view kCheckHelp = R"(
Says what a file is without starting it: the ABI it was built with beside this program's and, when
they agree, the plugin, its options and its kinds.
)";

constexpr absl::string_view kCompletionHelp = R"(
Prints a script for the shell that completes commands, kinds and their fields:

  source <(rondo completion bash)
)";

int Fail(Console& console, const absl::Status& status) {
  return console.Fail(
      absl::Status(status.code(), absl::StrCat(status.message(), "; see rondo help")), kUsage);
}

absl::Status NoCommand(absl::string_view name) {
  std::vector<std::string> names;
  for (const Command& command : AllCommands()) names.emplace_back(command.name);
  return absl::InvalidArgumentError(
      absl::StrCat("no command \"", name, "\"", DidYouMean(name, names)));
}

int ShowHelp(const Arguments& arguments, Console& console) {
  if (arguments.words.empty()) {
    console.Out(Help());
    return kDone;
  }
  const Command* command = FindCommand(arguments.words[0]);
  if (command == nullptr) return Fail(console, NoCommand(arguments.words[0]));
  console.Out(HelpFor(*command));
  return kDone;
}

}  // namespace

const std::vector<Command>& AllCommands() {
  static const auto* const commands = new std::vector<Command>{
      {"kinds", "kinds [PLUGIN|KIND]", "the task kinds there are", kKindsHelp,
       [](const Arguments& a, Console& c) -> int { return Kinds(a, c); }},
      {"call", "call KIND [FIELD=VALUE...]", "run a task", kCallHelp,
       [](const Arguments& a, Console& c) -> int { return Call(a, c); }},
      {"run", "run FILE.so [ARGUMENT...]", "run an application", kRunHelp, &Run},
      {"check", "check FILE.so", "what a plugin's file is", kCheckHelp,
       [](const Arguments& a, Console& c) -> int { return Check(a, c); }},
      {"completion", "completion bash", "a script for the shell", kCompletionHelp,
       [](const Arguments& a, Console& c) -> int { return Completion(a, c); }},
      {"help", "help [COMMAND]", "this, or more of a command", "\n", &ShowHelp},
  };
  return *commands;
}

const Command* FindCommand(absl::string_view name) {
  const std::vector<Command>& all = AllCommands();
  const auto it =
      std::find_if(all.begin(), all.end(), [name](const Command& c) { return c.name == name; });
  return it == all.end() ? nullptr : &*it;
}

std::string Help() {
  std::string text = "rondo runs task kinds of plugins.\n\n";
  for (const Command& command : AllCommands()) {
    absl::StrAppendFormat(&text, "  rondo %-28s %s\n", command.usage, command.summary);
  }
  absl::StrAppend(&text, kCommon);
  return text;
}

std::string HelpFor(const Command& command) {
  return absl::StrCat("rondo ", command.usage, ": ", command.summary, "\n", command.help, kCommon);
}

int RunRondo(const std::vector<std::string>& args) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(args);
  Console console(arguments.ok() ? arguments->colour : std::nullopt);
  if (!arguments.ok()) return Fail(console, arguments.status());
  if (arguments->version) {
    console.Out(absl::StrCat("rondo, plugin ABI ", HostPluginAbi(), "\n"));
    return kDone;
  }
  if (arguments->command.empty()) {
    if (arguments->help) {
      console.Out(Help());
      return kDone;
    }
    console.Error(Help());
    return kUsage;
  }
  const Command* command = FindCommand(arguments->command);
  if (command == nullptr) return Fail(console, NoCommand(arguments->command));
  if (arguments->help) {
    console.Out(HelpFor(*command));
    return kDone;
  }
  return command->run(*arguments, console);
}

}  // namespace rondo::cli
