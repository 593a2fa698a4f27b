// What a plugin says of itself.
#ifndef RONDO_RUNTIME_PLUGIN_INFO_H_
#define RONDO_RUNTIME_PLUGIN_INFO_H_

#include <string>
#include <vector>

namespace rondo {

struct PluginInfo {
  std::string name;     // Lower snake case; its kinds are NAME.verb_noun.
  std::string summary;  // A few words.
  // The names of the plugins whose kinds it uses. They are added before it.
  std::vector<std::string> depends_on = {};
};
}  // namespace rondo

#endif  // RONDO_RUNTIME_PLUGIN_INFO_H_
