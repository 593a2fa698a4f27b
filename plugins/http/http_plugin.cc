#include "plugins/http/http_plugin.h"

#include <utility>

#include "plugins/http/client.h"
#include "plugins/http/http.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"

namespace rondo::http {

PluginInfo HttpPlugin::info() const {
  return {.name = "http", .summary = "HTTP/1.1", .depends_on = {"net"}};
}

absl::Status HttpPlugin::Register(Registrar& registrar) {
  registrar.OnLoop<Get>(
      [this](Get request) { return internal::Fetch(*runtime_, std::move(request)); });
  return absl::OkStatus();
}

absl::Status HttpPlugin::Start(Runtime& runtime) {
  runtime_ = &runtime;
  return absl::OkStatus();
}

}  // namespace rondo::http

RONDO_PLUGIN(rondo::http::HttpPlugin);
