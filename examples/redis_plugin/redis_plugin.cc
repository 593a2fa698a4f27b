#include "redis_plugin.h"

#include <utility>

#include "connection.h"
#include "redis.h"
#include "runtime/completion.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"

namespace redis {

RedisPlugin::RedisPlugin(Options options) : options_(std::move(options)) {}
RedisPlugin::~RedisPlugin() = default;

rondo::PluginInfo RedisPlugin::info() const {
  return {.name = "redis", .summary = "commands to a Redis server"};
}

void RedisPlugin::VisitOptions(rondo::FieldVisitor& visit) {
  visit("address", options_.address, {.help = "numeric: a name would block the loop"});
  visit("port", options_.port);
  visit("socket", options_.socket, {.help = "a Unix socket, instead of address and port"});
}

absl::Status RedisPlugin::Register(rondo::Registrar& registrar) {
  registrar.OnLoop<Command>([this](Command request, rondo::Completion<Reply> done) {
    connection_->Send(std::move(request), std::move(done));
  });
  return absl::OkStatus();
}

absl::Status RedisPlugin::Start(rondo::Runtime& runtime) {
  connection_ = std::make_unique<Connection>(runtime.loop(), options_);
  return absl::OkStatus();
}

void RedisPlugin::Stop() { connection_ = nullptr; }

std::vector<std::string> RedisPlugin::Dump() const { return {connection_->Describe()}; }

RONDO_PLUGIN(RedisPlugin);

}  // namespace redis
