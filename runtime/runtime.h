// The runtime: one loop, one thread pool, and the task kinds that plugins bring.
#ifndef RONDO_RUNTIME_RUNTIME_H_
#define RONDO_RUNTIME_RUNTIME_H_

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json_fwd.hpp"
#include "pool/pool.h"
#include "runtime/dispatcher.h"
#include "runtime/kind.h"
#include "runtime/kind_registry.h"
#include "runtime/loop.h"
#include "runtime/operation.h"
#include "runtime/plugin.h"
#include "runtime/plugin_set.h"
#include "runtime/resource.h"
#include "runtime/root_tasks.h"
#include "runtime/runtime_builder.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/timer.h"

namespace rondo {
namespace internal {

class CallAwaiter;

}  // namespace internal

// One thing that is unfinished.
struct ActiveItem {
  std::string what;    // "task fs.read_file", "timer", "spawned poller", "watch 127.0.0.1:80"...
  absl::Duration age;  // Zero where it is not kept.
};

// What happened since the runtime was built.
struct RuntimeStats {
  struct OfKind {
    std::string name;
    std::string plugin;
    RunsOn runs_on;
    KindStats stats;
  };
  Loop::Stats loop;
  Pool::Stats pool;
  std::vector<OfKind> kinds;  // In the order of their names.
};

struct DrainOptions {
  // Cancels the tasks, instead of waiting until they end by themselves.
  bool cancel_tasks = false;
};

// Runs task kinds, callbacks and coroutines on one loop thread, and blocking bodies on a pool.
//
// Thread safety: Post and Stop from any thread, as long as they return before the runtime is
// destroyed; all else on the loop thread, which is the one that calls Run, while it does, and
// otherwise any one thread at a time. Debug builds check it.
//
// Ownership: owns the loop, the pool and the plugins. Destroying it asks
// bodies that run to stop and waits for them, destroys callbacks and coroutines that are left
// without calling them, and stops the plugins; Shutdown lets them end first.
//
//   absl::StatusOr<std::unique_ptr<Runtime>> runtime =
//       Runtime::Builder().Threads(4).Add(std::make_unique<fs::FsPlugin>()).Build();
//   (*runtime)->Submit(fs::ReadFile{.path = "notes.txt"},
//                      [](absl::StatusOr<std::string> text) { ... });
//   absl::Status status = (*runtime)->Run();
class Runtime {
 public:
  using Builder = RuntimeBuilder;
  using CallCallback = absl::AnyInvocable<void(absl::StatusOr<nlohmann::json>) &&>;

  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  // Runs the loop until nothing is left to do or Stop is called.
  // Errors: FAILED_PRECONDITION naming them, when tasks are left that nothing can wake any more;
  // the status of a spawned task that failed, INTERNAL if it threw an exception.
  absl::Status Run();
  // For a loop embedded in another one: see Loop.
  absl::Status RunOnce(absl::Duration timeout);
  absl::Duration NextTimeout() { return loop_->NextTimeout(); }
  int backend_fd() const { return loop_->backend_fd(); }
  void Stop() { loop_->Stop(); }

  // Submits a task. `callback(absl::StatusOr<Result>)` (or absl::Status for a void result) is
  // called exactly once, on the loop thread, never from within Submit.
  template <TaskRequest Request, typename F>
    requires std::is_invocable_v<F&, OutcomeOf<Request>>
  TaskHandle Submit(Request request, F callback, SubmitOptions options = {}) {
    using Operation = internal::CallbackOperation<Request, F>;
    constexpr uint64_t kFingerprint = internal::Fingerprint<Request>();
    Operation& operation = Operation::Make(dispatcher_, std::move(request), std::move(callback));
    Dispatch(operation, kFingerprint, options);
    return TaskHandle(operation);
  }

  // Submits a task when it is awaited, in the scope of the coroutine that does:
  //   absl::StatusOr<std::string> text =
  //       co_await runtime.Submit(fs::ReadFile{.path = "notes.txt"}, {.timeout =
  //       absl::Seconds(2)});
  template <TaskRequest Request>
  [[nodiscard]] internal::SubmitAwaiter<Request> Submit(Request request,
                                                        SubmitOptions options = {}) {
    return internal::SubmitAwaiter<Request>(*this, std::move(request), std::move(options));
  }

  // Submits a task by the name of its kind, with its request and its result as JSON
  // (runtime/json_fields.h says which). The callback as for Submit; awaited, yields an
  // absl::StatusOr<nlohmann::json>. Include runtime/call.h.
  // Errors besides those of the task: NOT_FOUND (no such kind, with those of similar names),
  // INVALID_ARGUMENT naming the field that is wrong, UNIMPLEMENTED (the kind's request or result
  // cannot be written down).
  //   absl::StatusOr<nlohmann::json> text =
  //       co_await runtime.Call("fs.read_file", {{"path", "notes.txt"}});
  TaskHandle Call(absl::string_view kind, const nlohmann::json& request, CallCallback callback,
                  const SubmitOptions& options = {});
  [[nodiscard]] internal::CallAwaiter Call(absl::string_view kind, nlohmann::json request,
                                           SubmitOptions options = {});
  // The live objects that calls by name have returned, as ids.
  ResourceTable& resources() { return resources_; }

  // Starts a coroutine that nobody awaits, in the next pending phase. `name` stands in
  // DumpActive. A status that is neither OK nor CANCELLED, or an exception, stops the loop and is
  // what Run returns.
  // Parameters of a coroutine live in it; the captures of a lambda do not, and are gone when the
  // lambda is a temporary of this call:
  //   runtime.Spawn([](Runtime& runtime) -> Task<void> { ... }(runtime));  // not [&runtime]
  void Spawn(Task<void> task, absl::string_view name = "task");
  void Spawn(Task<absl::Status> task, absl::string_view name = "task");

  // The callbacks of the loop: see Loop.
  template <typename F>
  void NextTick(F&& f) {
    loop_->NextTick(std::forward<F>(f));
  }
  template <typename F>
  void SetImmediate(F&& f) {
    loop_->SetImmediate(std::forward<F>(f));
  }
  template <typename F>
  void Post(F&& f) {
    loop_->Post(std::forward<F>(f));
  }
  // Calls `f` once, `delay` from now. To cancel or repeat it, own a Timer instead.
  void SetTimeout(absl::Duration delay, absl::AnyInvocable<void() &&> f);

  // Adds a plugin: registers its kinds and starts it, or leaves the runtime as it was.
  // Errors: ALREADY_EXISTS (the plugin, or one of its kinds), NOT_FOUND (a plugin that it depends
  // on), and what the plugin returns.
  absl::Status AddPlugin(std::unique_ptr<Plugin> plugin);
  // In the order in which they were added.
  std::vector<PluginInfo> PluginInfos() const;
  // What each plugin holds: see Plugin::Dump.
  std::vector<std::string> DumpPlugins() const;

  // Loads the plugin in a shared object and adds it: see PluginLibrary::Load, whose promises hold.
  // Blocks for as long as it takes to read and map the file. Returns what the plugin is.
  // Errors, all of which begin `load plugin "PATH": ` and leave the runtime as it was: those of
  // PluginLibrary::Load, of ConfigurePlugin and of AddPlugin.
  absl::StatusOr<PluginInfo> LoadPlugin(const std::string& path);
  // The same, with options of the plugin: see ConfigurePlugin.
  absl::StatusOr<PluginInfo> LoadPlugin(const std::string& path, const nlohmann::json& options);

  // Takes a plugin out, loaded or linked: removes its kinds, closes its resources, stops it and
  // destroys it. The library of a loaded one stays mapped.
  // Errors: NOT_FOUND; FAILED_PRECONDITION listing them, when tasks of its kinds are unfinished
  // (one that was cancelled and whose body still runs is) or other plugins depend on it, and then
  // nothing has happened. INTERNAL
  // when it throws from Stop: it is gone all the same.
  absl::Status UnloadPlugin(absl::string_view name);

  // The same, once the tasks of its kinds have ended: new ones are refused with
  // FAILED_PRECONDITION from when this is awaited. When the wait is cancelled, by WithTimeout for
  // one, the plugin is as it was; only what was cancelled stays cancelled.
  // REQUIRES: not awaited by a task of the plugin's own, which would wait for itself.
  //
  //   absl::Status status = co_await runtime.DrainPlugin("text", {.cancel_tasks = true});
  Task<absl::Status> DrainPlugin(std::string name, DrainOptions options = {});

  // Refuses further submissions with FAILED_PRECONDITION, cancels tasks and coroutines, and runs
  // the loop until they have ended or `timeout` has passed. Returns what was left.
  // REQUIRES: Run is not running.
  std::vector<ActiveItem> Shutdown(absl::Duration timeout);

  // What keeps the loop alive, or waits for ever.
  std::vector<ActiveItem> DumpActive() const;
  RuntimeStats Stats() const;

  Loop& loop() { return *loop_; }
  Pool& pool() { return *pool_; }

  // For the parts: starts an operation of the kind with this fingerprint, or gives it the status
  // that says why not.
  void Dispatch(internal::Operation& operation, uint64_t fingerprint, const SubmitOptions& options);
  void Refuse(internal::Operation& operation, uint64_t fingerprint, absl::Status refusal);
  internal::Dispatcher& dispatcher() { return dispatcher_; }
  internal::RootTasks& root_tasks() { return roots_; }
  const internal::KindRegistry& kinds() const { return kinds_; }

 private:
  friend class RuntimeBuilder;
  friend class internal::CallAwaiter;

  Runtime(std::unique_ptr<Loop> loop, std::unique_ptr<Pool> pool);

  absl::Status StuckError() const;
  internal::Operation& StartCall(absl::string_view kind, const nlohmann::json& request,
                                 CallCallback callback, const SubmitOptions& options);

  // Constant after construction.
  const std::unique_ptr<Loop> loop_;
  const std::unique_ptr<Pool> pool_;

  // Loop thread only.
  internal::KindRegistry kinds_;
  internal::Dispatcher dispatcher_;
  internal::RootTasks roots_;
  internal::PluginSet plugins_;
  ResourceTable resources_;
  bool accepting_ = true;
};

namespace internal {

template <TaskRequest Request>
void SubmitAwaiter<Request>::Submit(TaskScope& scope) {
  auto& operation = CallbackOperation<Request, Resume>::Make(runtime_.dispatcher(),
                                                             std::move(request_), Resume{this});
  operation_ = &operation;
  constexpr uint64_t kFingerprint = Fingerprint<Request>();
  if (scope.cancelled()) return runtime_.Refuse(operation, kFingerprint, scope.status());
  runtime_.Dispatch(operation, kFingerprint, options_);
  // The body of a loop kind has run by now, and may have cancelled its caller's scope.
  if (scope.cancelled()) {
    operation.Cancel(scope.status());
  } else {
    scope.Add(*this);
  }
}

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_RUNTIME_H_
