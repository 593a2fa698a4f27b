#include "runtime/plugin_order.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace rondo::internal {
namespace {

const PluginInfo* Find(absl::string_view name, const std::vector<PluginInfo>& plugins) {
  for (const PluginInfo& plugin : plugins) {
    if (plugin.name == name) return &plugin;
  }
  return nullptr;
}

// Extends `path`, a way from a plugin to one that it depends on, to the plugin `end`, if there is
// such a way. `seen` are those from which there is none.
bool FindPath(absl::string_view end, const std::vector<PluginInfo>& plugins,
              std::vector<std::string>& path, std::vector<std::string>& seen) {
  if (path.back() == end) return true;
  if (std::find(seen.begin(), seen.end(), path.back()) != seen.end()) return false;
  seen.push_back(path.back());
  const PluginInfo* plugin = Find(path.back(), plugins);
  if (plugin == nullptr) return false;
  for (const std::string& needed : plugin->depends_on) {
    path.push_back(needed);
    if (FindPath(end, plugins, path, seen)) return true;
    path.pop_back();
  }
  return false;
}

absl::Status ComesTooLate(const std::string& name, const std::string& needed,
                          const std::vector<PluginInfo>& plugins) {
  std::vector<std::string> path = {name, needed};
  std::vector<std::string> seen;
  if (FindPath(name, plugins, path, seen)) {
    return absl::FailedPreconditionError(absl::StrCat("plugins depend on one another in a circle: ",
                                                      absl::StrJoin(path, " needs ")));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("plugin ", name, " needs the plugin ", needed, ": add ", needed, " before it"));
}

}  // namespace

absl::Status CheckPluginOrder(const std::vector<PluginInfo>& plugins) {
  std::vector<absl::string_view> before;
  for (const PluginInfo& plugin : plugins) {
    for (const std::string& needed : plugin.depends_on) {
      if (std::find(before.begin(), before.end(), needed) != before.end()) continue;
      if (Find(needed, plugins) != nullptr) return ComesTooLate(plugin.name, needed, plugins);
      return absl::NotFoundError(absl::StrCat("plugin ", plugin.name, " needs the plugin ", needed,
                                              ", which is not there: add it before"));
    }
    before.push_back(plugin.name);
  }
  return absl::OkStatus();
}

}  // namespace rondo::internal
