// Whether plugins can be started in the order in which they are given.
#ifndef RONDO_RUNTIME_PLUGIN_ORDER_H_
#define RONDO_RUNTIME_PLUGIN_ORDER_H_

#include <vector>

#include "absl/status/status.h"
#include "runtime/plugin_info.h"

namespace rondo::internal {

// Whether each plugin comes after those that it depends on.
// Errors: NOT_FOUND naming the one that is missing; FAILED_PRECONDITION naming the one that comes
// too late, or the circle.
absl::Status CheckPluginOrder(const std::vector<PluginInfo>& plugins);

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_PLUGIN_ORDER_H_
