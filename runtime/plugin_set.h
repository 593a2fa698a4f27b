// The plugins of a runtime.
#ifndef RONDO_RUNTIME_PLUGIN_SET_H_
#define RONDO_RUNTIME_PLUGIN_SET_H_

#include <coroutine>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"
#include "runtime/awaitables.h"
#include "runtime/dispatcher.h"
#include "runtime/kind_registry.h"
#include "runtime/plugin.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

namespace rondo::internal {

// Adds plugins to a runtime and takes them out again. An exception that one throws is an INTERNAL
// status.
//
// Loop thread only. Owns the plugins. The runtime and its parts outlive it.
class PluginSet final : private Dispatcher::Observer {
 public:
  PluginSet(Runtime& runtime, KindRegistry& kinds, Dispatcher& dispatcher)
      : runtime_(runtime), kinds_(kinds), dispatcher_(dispatcher) {}
  PluginSet(const PluginSet&) = delete;
  PluginSet& operator=(const PluginSet&) = delete;
  // REQUIRES: StopAll was called, or nothing was added.
  ~PluginSet();

  // Registers and starts a plugin, or leaves everything as it was. `origin` is the file that it
  // was loaded from, or empty.
  absl::Status Add(std::unique_ptr<Plugin> plugin, absl::string_view origin);

  // See Runtime::LoadPlugin.
  absl::StatusOr<PluginInfo> Load(const std::string& path, const nlohmann::json& options);

  // See Runtime::UnloadPlugin and Runtime::DrainPlugin.
  absl::Status Remove(absl::string_view name);
  Task<absl::Status> Drain(std::string name, bool cancel);

  // Stops them all, the last first, and then destroys them. No task is left.
  void StopAll();

  // In the order in which they were added.
  std::vector<PluginInfo> Infos() const;
  // See Runtime::DumpPlugins.
  std::vector<std::string> Dump() const;

 private:
  class Draining;
  struct Added {
    PluginInfo info;
    std::string origin;
    std::unique_ptr<Plugin> plugin;
    Draining* draining = nullptr;  // While it is.
  };

  std::vector<Added>::iterator Find(absl::string_view name);
  absl::Status CheckAddable(const PluginInfo& info) const;
  // Whether nothing but tasks keeps it from going.
  absl::Status CheckRemovable(absl::string_view name) const;
  // The tasks of a plugin that run or wait, as "2 x text.sort_lines, ..."; empty if there are none.
  std::string Unfinished(absl::string_view name) const;
  absl::Status StopAndRemove(absl::string_view name);
  void OperationEnded(const Operation& operation) override;

  Runtime& runtime_;
  KindRegistry& kinds_;
  Dispatcher& dispatcher_;
  std::vector<Added> plugins_;
  int draining_ = 0;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_PLUGIN_SET_H_
