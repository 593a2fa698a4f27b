#include "runtime/conformance/subject.h"

#include <utility>

#include "absl/status/status.h"
#include "runtime/conformance/sample_requests.h"

namespace rondo::conformance {

absl::StatusOr<std::string> Subject::Load(Runtime& runtime) const {
  absl::StatusOr<PluginInfo> info =
      runtime.LoadPlugin(file, options.is_null() ? nlohmann::json::object() : options);
  if (!info.ok()) return info.status();
  return info->name;
}

absl::StatusOr<std::unique_ptr<Runtime>> Subject::MakeRuntime() const {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = Runtime::Builder().Threads(2).Build();
  if (!runtime.ok()) return runtime;
  for (const std::string& needed : needs) {
    if (absl::Status status = (*runtime)->LoadPlugin(needed).status(); !status.ok()) return status;
  }
  if (absl::Status status = Load(**runtime).status(); !status.ok()) return status;
  return runtime;
}

absl::StatusOr<std::vector<KindInfo>> Subject::Kinds() const {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = MakeRuntime();
  if (!runtime.ok()) return runtime.status();
  const std::string plugin = (*runtime)->PluginInfos().back().name;
  std::vector<KindInfo> kinds;
  for (KindInfo& kind : DescribeKinds(**runtime)) {
    if (kind.plugin == plugin) kinds.push_back(std::move(kind));
  }
  return kinds;
}

nlohmann::json Subject::RequestOf(const KindInfo& kind) const {
  const bool given = requests.is_object() && requests.contains(kind.name);
  return SampleRequest(kind, given ? requests[kind.name] : nlohmann::json());
}

}  // namespace rondo::conformance
