#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/host.h"
#include "runtime/cli/kind_text.h"
#include "runtime/kind_info.h"
#include "runtime/nearest_names.h"

namespace rondo::cli {
namespace {

// Those of the plugin, or the one of that name.
absl::StatusOr<std::vector<KindInfo>> Select(const Runtime& runtime, absl::string_view wanted) {
  std::vector<KindInfo> selected;
  std::vector<std::string> names;
  for (const PluginInfo& plugin : runtime.PluginInfos()) names.push_back(plugin.name);
  for (KindInfo& kind : DescribeKinds(runtime)) {
    names.push_back(kind.name);
    if (kind.plugin == wanted || kind.name == wanted) selected.push_back(std::move(kind));
  }
  if (!selected.empty()) return selected;
  return absl::NotFoundError(
      absl::StrCat("no plugin and no task kind \"", wanted, "\"", DidYouMean(wanted, names)));
}

}  // namespace

ExitCode Kinds(const Arguments& arguments, Console& console) {
  if (arguments.words.size() > 1) {
    return console.Fail(absl::InvalidArgumentError(
                            "kinds: one plugin or one kind, or nothing; see rondo help kinds"),
                        kUsage);
  }
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = BuildRuntime(arguments);
  if (!runtime.ok()) return console.Fail(runtime.status());
  absl::StatusOr<std::vector<KindInfo>> kinds =
      arguments.words.empty() ? DescribeKinds(**runtime) : Select(**runtime, arguments.words[0]);
  if (!kinds.ok()) return console.Fail(kinds.status());
  if (arguments.json) {
    nlohmann::json all = nlohmann::json::array();
    for (const KindInfo& kind : *kinds) all.push_back(KindJson(kind));
    console.Out(absl::StrCat(all.dump(2), "\n"));
  } else if (arguments.names) {
    for (const KindInfo& kind : *kinds) console.Out(absl::StrCat(kind.name, "\n"));
  } else if (!arguments.words.empty() && absl::StrContains(arguments.words[0], '.')) {
    console.Out(KindText(kinds->front(), console));
  } else {
    console.Out(KindLines(*kinds, console));
  }
  return kDone;
}

}  // namespace rondo::cli
