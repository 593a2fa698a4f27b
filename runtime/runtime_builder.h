// How a runtime is put together.
#ifndef RONDO_RUNTIME_RUNTIME_BUILDER_H_
#define RONDO_RUNTIME_RUNTIME_BUILDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "poller/poller.h"
#include "pool/pool.h"
#include "pool/thread_pool.h"
#include "runtime/loop.h"
#include "runtime/plugin.h"
#include "timers/clock.h"

namespace rondo {

class Runtime;

// Collects what a runtime is made of; everything has a default. Used once, on the thread that
// will run the loop.
//
//   auto runtime = Runtime::Builder().Threads(8).Add(std::make_unique<fs::FsPlugin>()).Build();
class RuntimeBuilder {
 public:
  // How many workers the pool has. Default: 4.
  RuntimeBuilder& Threads(int threads);
  // How exactly timers are told apart. Default: 1 ms.
  RuntimeBuilder& Tick(absl::Duration tick);
  // Adds a plugin; they are registered and started in this order.
  RuntimeBuilder& Add(std::unique_ptr<Plugin> plugin);

  // Calls `configure` with the plugin of that name, which is added before or after, before it is
  // registered: to set options that come from outside, see ConfigurePlugin.
  RuntimeBuilder& Configure(std::string plugin,
                            absl::AnyInvocable<absl::Status(Plugin&)> configure);

  // Replaces an engine: a manual clock, a scripted poller, a pool driven by hand.
  RuntimeBuilder& Use(std::unique_ptr<Clock> clock);
  RuntimeBuilder& Use(std::unique_ptr<Poller> poller);
  RuntimeBuilder& Use(std::unique_ptr<Pool> pool);

  // Errors: INVALID_ARGUMENT (threads, tick), NOT_FOUND (a plugin to configure), what configuring
  // one returns, RESOURCE_EXHAUSTED (no descriptors, no threads),
  // those of Runtime::AddPlugin, and FAILED_PRECONDITION naming plugins that are added before one
  // that they depend on, or that depend on one another.
  absl::StatusOr<std::unique_ptr<Runtime>> Build();

 private:
  struct Configuration {
    std::string plugin;
    absl::AnyInvocable<absl::Status(Plugin&)> configure;
  };

  absl::Status ConfigurePlugins();

  ThreadPool::Options pool_options_;
  Loop::Options loop_options_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Pool> pool_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
  std::vector<Configuration> configurations_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_RUNTIME_BUILDER_H_
