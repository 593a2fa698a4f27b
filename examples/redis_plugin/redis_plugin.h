// The plugin.
#ifndef REDIS_PLUGIN_REDIS_PLUGIN_H_
#define REDIS_PLUGIN_REDIS_PLUGIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "runtime/fields.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace redis {

class Connection;

// Where the server is.
struct Options {
  std::string address = "127.0.0.1";
  int32_t port = 6379;
  std::string socket = {};
};

// Brings redis.command to a runtime. It connects when the first command comes.
class RedisPlugin final : public rondo::Plugin {
 public:
  explicit RedisPlugin(Options options = {});
  ~RedisPlugin() override;

  rondo::PluginInfo info() const override;
  void VisitOptions(rondo::FieldVisitor& visit) override;
  absl::Status Register(rondo::Registrar& registrar) override;
  absl::Status Start(rondo::Runtime& runtime) override;
  void Stop() override;
  std::vector<std::string> Dump() const override;

 private:
  Options options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace redis

#endif  // REDIS_PLUGIN_REDIS_PLUGIN_H_
