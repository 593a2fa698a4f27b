#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/kind_text.h"
#include "runtime/kind_info.h"
#include "runtime/plugin_library.h"
#include "runtime/plugin_options.h"
#include "runtime/registrar.h"

namespace rondo::cli {
namespace {

using nlohmann::json;

// A plugin that was made and registers its kinds with nobody.
struct Inspected {
  std::unique_ptr<Plugin> plugin;
  std::vector<KindInfo> kinds;
};

absl::StatusOr<Inspected> Inspect(const std::string& file) {
  absl::StatusOr<PluginLibrary> library = PluginLibrary::Load(file);
  if (!library.ok()) return library.status();
  absl::StatusOr<std::unique_ptr<Plugin>> plugin = library->MakePlugin();
  if (!plugin.ok()) return plugin.status();
  Registrar registrar((*plugin)->info().name);
  if (absl::Status status = (*plugin)->Register(registrar); !status.ok()) return status;
  Inspected inspected{.plugin = *std::move(plugin), .kinds = {}};
  for (const std::unique_ptr<internal::Kind>& kind : std::move(registrar).TakeKinds()) {
    inspected.kinds.push_back(internal::DescribeKind(*kind));
  }
  std::sort(inspected.kinds.begin(), inspected.kinds.end(),
            [](const KindInfo& a, const KindInfo& b) { return a.name < b.name; });
  return inspected;
}

std::string Text(const Inspected& inspected, const Console& console) {
  const PluginInfo info = inspected.plugin->info();
  std::string text = absl::StrCat("plugin ", console.Bold(info.name), ": ", info.summary, "\n");
  if (!info.depends_on.empty()) {
    absl::StrAppend(&text, "needs ", absl::StrJoin(info.depends_on, ", "), "\n");
  }
  const ValueType options = DescribeOptions(*inspected.plugin);
  if (!options.fields.empty()) {
    absl::StrAppend(&text, "options:\n",
                    FieldLines(options, GetOptions(*inspected.plugin), console));
  }
  absl::StrAppend(&text, "kinds:\n", KindLines(inspected.kinds, console));
  return text;
}

json AsJson(const Inspected& inspected) {
  const PluginInfo info = inspected.plugin->info();
  json kinds = json::array();
  for (const KindInfo& kind : inspected.kinds) kinds.push_back(KindJson(kind));
  return {{"name", info.name},
          {"summary", info.summary},
          {"depends_on", info.depends_on},
          {"options", TypeJson(DescribeOptions(*inspected.plugin))},
          {"kinds", std::move(kinds)}};
}

}  // namespace

ExitCode Check(const Arguments& arguments, Console& console) {
  if (arguments.words.size() != 1) {
    return console.Fail(absl::InvalidArgumentError("check: which file? see rondo help check"),
                        kUsage);
  }
  const std::string& file = arguments.words[0];
  const absl::StatusOr<std::string> abi = ReadPluginAbi(file);
  if (!abi.ok()) return console.Fail(abi.status());
  json out = {{"file", file}, {"abi", *abi}, {"host_abi", std::string(HostPluginAbi())}};
  if (!arguments.json) {
    console.Out(
        absl::StrCat(file, "\nits ABI     ", *abi, "\nABI wanted  ", HostPluginAbi(), "\n"));
  }
  const absl::Status same = CheckPluginAbi(*abi);
  const absl::StatusOr<Inspected> inspected = same.ok() ? Inspect(file) : same;
  if (arguments.json) {
    if (inspected.ok()) out["plugin"] = AsJson(*inspected);
    out["error"] = inspected.ok() ? json() : json(std::string(inspected.status().message()));
    console.Out(absl::StrCat(out.dump(2), "\n"));
  } else if (inspected.ok()) {
    console.Out(Text(*inspected, console));
  }
  return inspected.ok() ? kDone : console.Fail(inspected.status());
}

}  // namespace rondo::cli
