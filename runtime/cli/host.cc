#include "runtime/cli/host.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "plugins/standard.h"
#include "runtime/cli/files.h"
#include "runtime/cli/text_fields.h"
#include "runtime/plugin_library.h"
#include "runtime/plugin_options.h"

namespace rondo::cli {
namespace {

constexpr absl::Duration kShutdownTimeout = absl::Seconds(5);

// The options in the words, as the plugin's types want them.
absl::StatusOr<nlohmann::json> OptionsFor(Plugin& plugin, const PluginArgument& argument) {
  absl::StatusOr<nlohmann::json> options =
      ParseFields(DescribeOptions(plugin), argument.options, &ReadWholeFile);
  if (options.ok()) return options;
  return absl::Status(options.status().code(), absl::StrCat("plugin ", plugin.info().name, ": ",
                                                            options.status().message()));
}

absl::Status Configure(Plugin& plugin, const PluginArgument& argument) {
  const absl::StatusOr<nlohmann::json> options = OptionsFor(plugin, argument);
  return options.ok() ? ConfigurePlugin(plugin, *options) : options.status();
}

// Asks a plugin that is made for this alone which options it has.
absl::StatusOr<nlohmann::json> OptionsForFile(const PluginArgument& argument) {
  if (argument.options.empty()) return nlohmann::json::object();
  absl::StatusOr<PluginLibrary> library = PluginLibrary::Load(argument.file);
  if (!library.ok()) return library.status();
  absl::StatusOr<std::unique_ptr<Plugin>> plugin = library->MakePlugin();
  if (!plugin.ok()) return plugin.status();
  return OptionsFor(**plugin, argument);
}

}  // namespace

absl::StatusOr<std::string> AddFile(Runtime& runtime, const PluginArgument& argument) {
  const absl::StatusOr<nlohmann::json> options = OptionsForFile(argument);
  if (!options.ok()) return options.status();
  absl::StatusOr<PluginInfo> info = runtime.LoadPlugin(argument.file, *options);
  if (!info.ok()) return info.status();
  return info->name;
}

absl::StatusOr<std::unique_ptr<Runtime>> BuildRuntime(const Arguments& arguments) {
  Runtime::Builder builder;
  AddStandardPlugins(builder);
  if (arguments.threads > 0) builder.Threads(arguments.threads);
  for (const PluginArgument& argument : arguments.plugins) {
    if (!argument.file.empty()) continue;
    builder.Configure(argument.name,
                      [argument](Plugin& plugin) { return Configure(plugin, argument); });
  }
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = builder.Build();
  if (!runtime.ok()) return runtime.status();
  for (const PluginArgument& argument : arguments.plugins) {
    if (argument.file.empty()) continue;
    absl::StatusOr<std::string> name = AddFile(**runtime, argument);
    if (!name.ok()) return name.status();
  }
  return runtime;
}

void EndRuntime(Runtime& runtime) {
  // What fails or is left then is somebody else's, and goes with the process.
  runtime.resources().CloseAll().IgnoreError();
  static_cast<void>(runtime.Shutdown(kShutdownTimeout));
}

}  // namespace rondo::cli
