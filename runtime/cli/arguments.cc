#include "runtime/cli/arguments.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/flags/marshalling.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "runtime/nearest_names.h"

namespace rondo::cli {
namespace {

// The text of an option's value as absl/flags would read it.
template <typename T>
absl::Status Parse(absl::string_view option, absl::string_view text, T& value) {
  std::string error;
  if (absl::ParseFlag(text, &value, &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", option, ": \"", text, "\" will not do", error.empty() ? "" : ": ", error));
}

absl::Status ParseCount(absl::string_view option, absl::string_view text, int64_t least,
                        int64_t& value) {
  if (absl::Status status = Parse(option, text, value); !status.ok()) return status;
  if (value >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", option, ": ", value, " is less than ", least));
}

// "x.so", "net:max_connections=1000,idle=5s", "./x.so:greeting=hello".
PluginArgument ParsePlugin(absl::string_view text) {
  PluginArgument plugin;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const bool is_file = absl::StrContains(parts.first, '/') || absl::EndsWith(parts.first, ".so");
  (is_file ? plugin.file : plugin.name) = std::string(parts.first);
  plugin.options = absl::StrSplit(parts.second, ',', absl::SkipEmpty());
  return plugin;
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& args) : args_(args) {}

  absl::StatusOr<Arguments> Run() {
    for (; at_ < args_.size(); ++at_) {
      const std::string& arg = args_[at_];
      if (arg == "--") {
        ++at_;
        break;
      }
      if (absl::StartsWith(arg, "-") && arg != "-") {
        if (absl::Status status = Option(arg); !status.ok()) return status;
      } else if (arguments_.command.empty()) {
        arguments_.command = arg;
      } else {
        arguments_.words.push_back(arg);
        // What follows is the application's.
        if (arguments_.command == "run") {
          ++at_;
          if (at_ < args_.size() && args_[at_] == "--") ++at_;
          break;
        }
      }
    }
    arguments_.words.insert(arguments_.words.end(), args_.begin() + at_, args_.end());
    return std::move(arguments_);
  }

 private:
  absl::Status Option(absl::string_view arg) {
    if (arg == "-h") arg = "--help";
    if (!absl::StartsWith(arg, "--")) return Unknown(arg);
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(arg.substr(2), absl::MaxSplits('=', 1));
    const absl::string_view name = parts.first;
    const bool has_value = absl::StrContains(arg, '=');
    if (bool* flag = Flag(name); flag != nullptr) {
      *flag = true;
      if (!has_value) return absl::OkStatus();
      return Parse(name, parts.second, *flag);
    }
    if (!IsKnown(name)) return Unknown(arg);
    if (has_value) return Set(name, parts.second);
    if (++at_ >= args_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " needs a value"));
    }
    return Set(name, args_[at_]);
  }

  bool* Flag(absl::string_view name) {
    if (name == "help") return &arguments_.help;
    if (name == "version") return &arguments_.version;
    if (name == "json") return &arguments_.json;
    if (name == "names") return &arguments_.names;
    if (name == "stats") return &arguments_.stats;
    return nullptr;
  }

  static std::vector<std::string> Known() {
    return {"colour", "help",  "json",    "names",   "parallel", "plugin",
            "repeat", "stats", "threads", "timeout", "version"};
  }
  static bool IsKnown(absl::string_view name) {
    for (const std::string& known : Known()) {
      if (known == name) return true;
    }
    return name == "color";
  }
  static absl::Status Unknown(absl::string_view arg) {
    absl::string_view name = arg.substr(0, arg.find('='));
    while (absl::StartsWith(name, "-")) name.remove_prefix(1);
    return absl::InvalidArgumentError(absl::StrCat("no option ", arg, DidYouMean(name, Known())));
  }

  absl::Status Set(absl::string_view name, absl::string_view text) {
    if (name == "timeout") {
      if (absl::Status status = Parse(name, text, arguments_.timeout); !status.ok()) return status;
      if (arguments_.timeout > absl::ZeroDuration()) return absl::OkStatus();
      return absl::InvalidArgumentError(absl::StrCat("--timeout: ", text, " is no time to wait"));
    }
    if (name == "repeat") return ParseCount(name, text, 1, arguments_.repeat);
    if (name == "parallel") return ParseCount(name, text, 1, arguments_.parallel);
    if (name == "threads") {
      int64_t threads = 0;
      if (absl::Status status = ParseCount(name, text, 1, threads); !status.ok()) return status;
      // More than any machine has: whoever makes them says so.
      arguments_.threads = static_cast<int>(std::min<int64_t>(threads, 1 << 30));
      return absl::OkStatus();
    }
    if (name == "plugin") {
      arguments_.plugins.push_back(ParsePlugin(text));
      return absl::OkStatus();
    }
    if (text == "auto") {
      arguments_.colour.reset();
    } else if (text == "always" || text == "never") {
      arguments_.colour = text == "always";
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("--colour: \"", text, "\" is not auto, always or never"));
    }
    return absl::OkStatus();
  }

  const std::vector<std::string>& args_;
  size_t at_ = 0;
  Arguments arguments_;
};

}  // namespace

absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& args) {
  return Parser(args).Run();
}

}  // namespace rondo::cli
