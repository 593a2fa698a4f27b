#include "runtime/kind_info.h"

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "runtime/guarded_call.h"
#include "runtime/json_fields.h"
#include "runtime/kind_door.h"
#include "runtime/kind_registry.h"

namespace rondo {
namespace internal {

KindInfo DescribeKind(const Kind& kind) {
  KindInfo info = {.name = kind.name,
                   .plugin = kind.plugin,
                   .runs_on = kind.runs_on,
                   .limits = kind.options,
                   .request = {},
                   .result = {},
                   .defaults = {}};
  // How a value describes itself is the plugin's code.
  const absl::Status described = GuardedCall([&] {
    if (kind.door.visit_request != nullptr) {
      info.request = DescribeValue(kind.door.visit_request);
      ResourceTable none;
      JsonWriter writer(none);
      kind.door.visit_request(writer);
      info.defaults = writer.Take();
    }
    if (kind.door.visit_result != nullptr) info.result = DescribeValue(kind.door.visit_result);
    return absl::OkStatus();
  });
  if (!described.ok()) {
    LOG(ERROR) << kind.name << " cannot be described: " << described.message();
    info.request.reset();
    info.result.reset();
    info.defaults = {};
  }
  return info;
}

}  // namespace internal

std::vector<KindInfo> DescribeKinds(const Runtime& runtime) {
  std::vector<KindInfo> kinds;
  runtime.kinds().ForEach(
      [&kinds](const internal::Kind& kind) { kinds.push_back(internal::DescribeKind(kind)); });
  return kinds;
}

}  // namespace rondo
