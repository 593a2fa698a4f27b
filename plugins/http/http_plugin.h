// The plugin http: an HTTP/1.1 client.
#ifndef RONDO_PLUGINS_HTTP_HTTP_PLUGIN_H_
#define RONDO_PLUGINS_HTTP_HTTP_PLUGIN_H_

#include "absl/status/status.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace rondo {
class Runtime;
}

namespace rondo::http {

// Brings the kinds of http.h. They use those of net.
//
//   Runtime::Builder()
//       .Add(std::make_unique<net::NetPlugin>())
//       .Add(std::make_unique<http::HttpPlugin>());
class HttpPlugin final : public Plugin {
 public:
  PluginInfo info() const override;
  absl::Status Register(Registrar& registrar) override;
  absl::Status Start(Runtime& runtime) override;

 private:
  Runtime* runtime_ = nullptr;
};

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_HTTP_PLUGIN_H_
