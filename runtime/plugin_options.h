// Options of plugins, from outside.
#ifndef RONDO_RUNTIME_PLUGIN_OPTIONS_H_
#define RONDO_RUNTIME_PLUGIN_OPTIONS_H_

#include "absl/status/status.h"
#include "nlohmann/json.hpp"
#include "runtime/plugin.h"
#include "runtime/value_type.h"

namespace rondo {

// Sets options of a plugin that is not added yet.
// Errors: INVALID_ARGUMENT naming the plugin and the option.
//
//   auto net = std::make_unique<net::NetPlugin>();
//   absl::Status status = ConfigurePlugin(*net, {{"max_connections", 1000}});
absl::Status ConfigurePlugin(Plugin& plugin, const nlohmann::json& options);

// The options that a plugin has, and their values.
ValueType DescribeOptions(Plugin& plugin);
nlohmann::json GetOptions(Plugin& plugin);

}  // namespace rondo

#endif  // RONDO_RUNTIME_PLUGIN_OPTIONS_H_
