// The plugin net.
#ifndef RONDO_PLUGINS_NET_NET_PLUGIN_H_
#define RONDO_PLUGINS_NET_NET_PLUGIN_H_

#include <memory>

#include "absl/status/status.h"
#include "plugins/net/name_servers.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace rondo {
class Runtime;
}

namespace rondo::net {
namespace internal {
class Resolver;
class TlsHandshakes;
}  // namespace internal

// Brings the kinds of net.h.
//
//   Runtime::Builder().Add(std::make_unique<net::NetPlugin>());
class NetPlugin final : public Plugin {
 public:
  explicit NetPlugin(NameServers name_servers = {});
  ~NetPlugin() override;

  PluginInfo info() const override;
  absl::Status Register(Registrar& registrar) override;
  absl::Status Start(Runtime& runtime) override;
  void Stop() override;

 private:
  template <typename Request>
  void OnResolver(Registrar& registrar);

  const NameServers name_servers_;
  Runtime* runtime_ = nullptr;
  std::unique_ptr<internal::Resolver> resolver_;
  std::unique_ptr<internal::TlsHandshakes> tls_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_NET_PLUGIN_H_
