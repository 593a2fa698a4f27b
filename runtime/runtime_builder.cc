#include "runtime/runtime_builder.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/nearest_names.h"
#include "runtime/plugin_order.h"
#include "runtime/runtime.h"

namespace rondo {
namespace {

absl::Status BuildError(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("build a runtime: ", status.message()));
}

}  // namespace

RuntimeBuilder& RuntimeBuilder::Threads(int threads) {
  pool_options_.threads = threads;
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Tick(absl::Duration tick) {
  loop_options_.tick = tick;
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Add(std::unique_ptr<Plugin> plugin) {
  plugins_.push_back(std::move(plugin));
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Configure(std::string plugin,
                                          absl::AnyInvocable<absl::Status(Plugin&)> configure) {
  configurations_.push_back({std::move(plugin), std::move(configure)});
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Use(std::unique_ptr<Clock> clock) {
  clock_ = std::move(clock);
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Use(std::unique_ptr<Poller> poller) {
  poller_ = std::move(poller);
  return *this;
}

RuntimeBuilder& RuntimeBuilder::Use(std::unique_ptr<Pool> pool) {
  pool_ = std::move(pool);
  return *this;
}

absl::Status RuntimeBuilder::ConfigurePlugins() {
  std::vector<std::string> names;
  for (const std::unique_ptr<Plugin>& plugin : plugins_) names.push_back(plugin->info().name);
  for (Configuration& each : configurations_) {
    const auto name = std::find(names.begin(), names.end(), each.plugin);
    if (name == names.end()) {
      return absl::NotFoundError(absl::StrCat("configure plugin ", each.plugin, ": it is not there",
                                              DidYouMean(each.plugin, names)));
    }
    absl::Status status = each.configure(*plugins_[name - names.begin()]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Runtime>> RuntimeBuilder::Build() {
  if (loop_options_.tick < absl::Microseconds(1) || loop_options_.tick > absl::Seconds(1)) {
    return absl::InvalidArgumentError(absl::StrCat("build a runtime: a tick of ",
                                                   absl::FormatDuration(loop_options_.tick),
                                                   " is not within 1us and 1s"));
  }
  // In a simulation nothing happens while the loop looks for what its pool posts.
  if (clock_ != nullptr || (pool_ != nullptr && pool_->thread_count() == 0)) {
    loop_options_.spin = absl::ZeroDuration();
  }
  if (clock_ == nullptr) clock_ = std::make_unique<SteadyClock>();
  if (poller_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Create();
    if (!poller.ok()) return BuildError(poller.status());
    poller_ = *std::move(poller);
  }
  if (pool_ == nullptr) {
    absl::StatusOr<std::unique_ptr<ThreadPool>> pool = ThreadPool::Create(pool_options_);
    if (!pool.ok()) return BuildError(pool.status());
    pool_ = *std::move(pool);
  }
  auto loop = std::make_unique<Loop>(std::move(clock_), std::move(poller_), loop_options_);
  std::unique_ptr<Runtime> runtime(new Runtime(std::move(loop), std::move(pool_)));
  if (absl::Status status = ConfigurePlugins(); !status.ok()) return status;
  // Of all before any is started, so that the error can tell a circle from a wrong order.
  std::vector<PluginInfo> infos;
  for (const std::unique_ptr<Plugin>& plugin : plugins_) infos.push_back(plugin->info());
  if (absl::Status status = internal::CheckPluginOrder(infos); !status.ok()) return status;
  for (std::unique_ptr<Plugin>& plugin : plugins_) {
    if (absl::Status status = runtime->AddPlugin(std::move(plugin)); !status.ok()) return status;
  }
  return runtime;
}

}  // namespace rondo
