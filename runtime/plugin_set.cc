#include "runtime/plugin_set.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "runtime/guarded_call.h"
#include "runtime/nearest_names.h"
#include "runtime/plugin_library.h"
#include "runtime/plugin_options.h"
#include "runtime/plugin_order.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"

namespace rondo::internal {
namespace {

absl::Status InContext(absl::string_view what, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(what, ": ", status.message()));
}

// Calls a plugin's function, which may fail or throw.
template <typename F>
absl::Status Call(absl::string_view what, F&& f) {
  absl::Status status = GuardedCall(std::forward<F>(f));
  return status.ok() ? status : InContext(what, status);
}

absl::Status StopPlugin(absl::string_view name, Plugin& plugin) {
  return Call(absl::StrCat("stop plugin ", name), [&] {
    plugin.Stop();
    return absl::OkStatus();
  });
}

}  // namespace

// A plugin whose kinds take no tasks any more, while its last ones end. Gives the kinds back when
// it is destroyed before that, which is when the drain is cancelled.
//
// Awaiting it yields OK when none is left, or the scope's status.
class PluginSet::Draining final : private TaskScope::Hook {
 public:
  Draining(PluginSet& set, std::string name) : set_(set), name_(std::move(name)) {
    set_.Find(name_)->draining = this;
    set_.kinds_.Close(name_);
    set_.dispatcher_.ForEach([&](const Operation& operation, bool) {
      if (operation.kind() != nullptr && operation.kind()->plugin == name_) ++left_;
    });
    if (++set_.draining_ == 1) set_.dispatcher_.Observe(&set_);
  }
  ~Draining() {
    if (--set_.draining_ == 0) set_.dispatcher_.Observe(nullptr);
    const auto added = set_.Find(name_);
    if (added == set_.plugins_.end()) return;
    added->draining = nullptr;
    set_.kinds_.Open(name_);
  }

  bool await_ready() const { return left_ == 0; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    resume_.handle = handle;
    loop_ = &handle.promise().scope()->loop();
    if (handle.promise().scope()->cancelled()) return OnCancel(handle.promise().scope()->status());
    handle.promise().scope()->Add(*this);
  }
  absl::Status await_resume() { return status_; }

  void OneEnded() {
    if (--left_ > 0 || loop_ == nullptr || !status_.ok()) return;
    Remove();
    loop_->Enqueue(resume_);
  }

 private:
  void OnCancel(const absl::Status& status) override {
    status_ = status;
    loop_->Enqueue(resume_);
  }

  PluginSet& set_;
  const std::string name_;
  int64_t left_ = 0;  // Operations.
  Loop* loop_ = nullptr;
  absl::Status status_;
  ResumeTask resume_;
};

PluginSet::~PluginSet() { DCHECK(plugins_.empty()); }

std::vector<PluginSet::Added>::iterator PluginSet::Find(absl::string_view name) {
  return std::find_if(plugins_.begin(), plugins_.end(),
                      [name](const Added& added) { return added.info.name == name; });
}

absl::Status PluginSet::CheckRemovable(absl::string_view name) const {
  const Added* found = nullptr;
  std::vector<std::string> names;
  std::vector<std::string> dependents;
  for (const Added& added : plugins_) {
    names.push_back(added.info.name);
    if (added.info.name == name) found = &added;
    for (const std::string& needed : added.info.depends_on) {
      if (needed == name) dependents.push_back(added.info.name);
    }
  }
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("unload plugin ", name, ": there is none of that name",
                                            DidYouMean(name, names)));
  }
  if (found->draining != nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("unload plugin ", name, ": it is being drained already"));
  }
  if (!dependents.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("unload plugin ", name, ": plugins that need it are there: ",
                     absl::StrJoin(dependents, ", "), "; unload them first"));
  }
  return absl::OkStatus();
}

std::vector<PluginInfo> PluginSet::Infos() const {
  std::vector<PluginInfo> infos;
  infos.reserve(plugins_.size());
  for (const Added& added : plugins_) infos.push_back(added.info);
  return infos;
}

std::vector<std::string> PluginSet::Dump() const {
  std::vector<std::string> lines;
  for (const Added& added : plugins_) {
    const absl::StatusOr<std::vector<std::string>> dump = GuardedCall(
        [&]() -> absl::StatusOr<std::vector<std::string>> { return added.plugin->Dump(); });
    if (!dump.ok()) {
      lines.push_back(absl::StrCat("plugin ", added.info.name, ": ", dump.status().message()));
      continue;
    }
    for (const std::string& line : *dump) {
      lines.push_back(absl::StrCat("plugin ", added.info.name, ": ", line));
    }
  }
  return lines;
}

absl::Status PluginSet::Add(std::unique_ptr<Plugin> plugin, absl::string_view origin) {
  const absl::StatusOr<PluginInfo> info =
      GuardedCall([&]() -> absl::StatusOr<PluginInfo> { return plugin->info(); });
  if (!info.ok()) return InContext("ask a plugin for its name", info.status());
  if (absl::Status status = CheckAddable(*info); !status.ok()) return status;
  Registrar registrar(info->name);
  if (absl::Status status = Call(absl::StrCat("register plugin ", info->name),
                                 [&] { return plugin->Register(registrar); });
      !status.ok()) {
    return status;
  }
  std::vector<std::unique_ptr<Kind>> kinds = std::move(registrar).TakeKinds();
  if (absl::Status status = kinds_.Check(kinds); !status.ok()) return status;
  // Before its kinds can be found: none of them runs without what Start acquires.
  if (absl::Status status =
          Call(absl::StrCat("start plugin ", info->name), [&] { return plugin->Start(runtime_); });
      !status.ok()) {
    return status;
  }
  kinds_.Add(std::move(kinds));
  plugins_.push_back({*info, std::string(origin), std::move(plugin)});
  return absl::OkStatus();
}

absl::Status PluginSet::CheckAddable(const PluginInfo& info) const {
  if (!IsSnakeCase(info.name)) {
    return absl::InvalidArgumentError(absl::StrCat("plugin \"", absl::CHexEscape(info.name),
                                                   "\" is not named in lower_snake_case"));
  }
  for (const Added& other : plugins_) {
    if (other.info.name != info.name) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("plugin ", info.name, " was added already",
                     other.origin.empty() ? "" : absl::StrCat(", from \"", other.origin, "\""),
                     "; unload that first, or give one of them another name"));
  }
  // One that is drained will be gone, so nobody can begin to need it.
  std::vector<PluginInfo> infos;
  for (const Added& other : plugins_) {
    if (other.draining == nullptr) infos.push_back(other.info);
  }
  infos.push_back(info);
  return CheckPluginOrder(infos);
}

absl::StatusOr<PluginInfo> PluginSet::Load(const std::string& path, const nlohmann::json& options) {
  const absl::StatusOr<PluginLibrary> library = PluginLibrary::Load(path);
  if (!library.ok()) return library.status();
  absl::StatusOr<std::unique_ptr<Plugin>> plugin = library->MakePlugin();
  if (!plugin.ok()) return plugin.status();
  absl::Status status = GuardedCall([&] { return ConfigurePlugin(**plugin, options); });
  if (status.ok()) status = Add(*std::move(plugin), path);
  if (!status.ok()) return InContext(absl::StrCat("load plugin \"", path, "\""), status);
  return plugins_.back().info;
}

std::string PluginSet::Unfinished(absl::string_view name) const {
  absl::btree_map<absl::string_view, int64_t> counts;
  dispatcher_.ForEach([&](const Operation& operation, bool told) {
    // One whose caller is being told just now, perhaps by who unloads, needs its kind no more.
    if (told && !operation.launched()) return;
    if (operation.kind() != nullptr && operation.kind()->plugin == name) {
      ++counts[operation.kind()->name];
    }
  });
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& count) {
    absl::StrAppend(out, count.second, " x ", count.first);
  });
}

absl::Status PluginSet::Remove(absl::string_view name) {
  if (absl::Status status = CheckRemovable(name); !status.ok()) return status;
  if (const std::string unfinished = Unfinished(name); !unfinished.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("unload plugin ", name,
                                                      ": unfinished tasks: ", unfinished,
                                                      "; wait for them, or drain the plugin"));
  }
  return StopAndRemove(name);
}

Task<absl::Status> PluginSet::Drain(std::string name, bool cancel) {
  if (absl::Status status = CheckRemovable(name); !status.ok()) co_return status;
  Draining draining(*this, name);
  if (cancel) {
    dispatcher_.CancelOf(name, absl::CancelledError(absl::StrCat("plugin ", name, " is unloaded")));
  }
  if (absl::Status status = co_await draining; !status.ok()) {
    co_return absl::Status(status.code(),
                           absl::StrCat("unload plugin ", name, ": ", status.message(),
                                        "; unfinished tasks: ", Unfinished(name)));
  }
  co_return StopAndRemove(name);
}

absl::Status PluginSet::StopAndRemove(absl::string_view name) {
  const auto added = Find(name);
  const Added removed = std::move(*added);
  plugins_.erase(added);
  // In this order: nobody finds what does not work any more, and the bodies go before the plugin
  // that they refer to.
  dispatcher_.ForgetKindsOf(removed.info.name);
  std::vector<std::unique_ptr<Kind>> kinds = kinds_.Remove(removed.info.name);
  absl::Status status = runtime_.resources().CloseAll(absl::StrCat(removed.info.name, "."));
  status.Update(StopPlugin(removed.info.name, *removed.plugin));
  kinds.clear();
  return status;
}

void PluginSet::StopAll() {
  for (auto added = plugins_.rbegin(); added != plugins_.rend(); ++added) {
    const absl::Status status = StopPlugin(added->info.name, *added->plugin);
    if (!status.ok()) LOG(ERROR) << status.message();
  }
  while (!plugins_.empty()) {
    kinds_.Remove(plugins_.back().info.name);  // Their bodies refer to it.
    plugins_.pop_back();
  }
}

void PluginSet::OperationEnded(const Operation& operation) {
  if (operation.kind() == nullptr) return;
  const auto added = Find(operation.kind()->plugin);
  if (added != plugins_.end() && added->draining != nullptr) added->draining->OneEnded();
}

}  // namespace rondo::internal
