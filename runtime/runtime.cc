#include "runtime/runtime.h"

#include <utility>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "runtime/fd_watch.h"
#include "runtime/recycler.h"
#include "runtime/runtime_parts.h"

namespace rondo {
namespace {

// A timer that nobody owns: it frees itself when it has called its function.
class Timeout final : public LoopTimer {
 public:
  static void* operator new(size_t size) { return AllocateRecycled(size); }
  static void operator delete(void* timeout, size_t size) { Recycle(timeout, size); }

  Timeout(Loop& loop, absl::AnyInvocable<void() &&> f) : LoopTimer(loop, kType), f_(std::move(f)) {}

 private:
  static void Expired(LoopTimer& timer) {
    Timeout& self = static_cast<Timeout&>(timer);
    absl::AnyInvocable<void() &&> f = std::move(self.f_);
    delete &self;
    std::move(f)();
  }
  static void Discarded(LoopTimer& timer) { delete &static_cast<Timeout&>(timer); }

  static const Type kType;

  absl::AnyInvocable<void() &&> f_;
};

const LoopTimer::Type Timeout::kType = {
    .expired = &Expired, .discarded = &Discarded, .label = "timer", .listed = true};

}  // namespace

absl::Status TaskHandle::Cancelled(const internal::Operation& operation) {
  return absl::CancelledError(absl::StrCat(operation.name(), ": cancelled"));
}

namespace internal {

RootTasks& RootTasksOf(Runtime& runtime) { return runtime.root_tasks(); }

}  // namespace internal

Runtime::Runtime(std::unique_ptr<Loop> loop, std::unique_ptr<Pool> pool)
    : loop_(std::move(loop)),
      pool_(std::move(pool)),
      dispatcher_(*this, *loop_, *pool_),
      roots_(*loop_, *pool_),
      plugins_(*this, kinds_, dispatcher_) {}

Runtime::~Runtime() {
  loop_->CheckOnLoop();
  accepting_ = false;
  // Bodies that run are asked to end, and waited for. Then nobody else touches an operation or a
  // coroutine: what is queued for them goes, they themselves go, and what their going has queued.
  const absl::Status gone = absl::CancelledError("the runtime is destroyed");
  roots_.scope().Cancel(gone);
  dispatcher_.CancelAll(gone);
  pool_->Shutdown(Pool::Pending::kDiscard);
  loop_->Discard();
  roots_.Clear();
  dispatcher_.AbandonAll();
  if (absl::Status closed = resources_.CloseAll(); !closed.ok()) LOG(ERROR) << closed.message();
  loop_->Discard();
  plugins_.StopAll();
  loop_->Discard();
  // Referenced or not: what is left refers to a loop that will not exist.
  loop_->ForEachTimer([](const LoopTimer& timer) {
    LOG(DFATAL) << "outlives its runtime, or was left by a plugin: " << timer.type().label;
  });
  loop_->ForEachWatch([](const FdWatch& watch) {
    LOG(DFATAL) << "outlives its runtime, or was left by a plugin: watch " << watch.Describe();
  });
}

absl::Status Runtime::RunOnce(absl::Duration timeout) {
  absl::Status status = loop_->RunOnce(timeout);
  if (absl::Status failure = roots_.TakeFailure(); !failure.ok()) return failure;
  return status;
}

absl::Status Runtime::Run() {
  absl::Status status = loop_->Run();
  if (absl::Status failure = roots_.TakeFailure(); !failure.ok()) return failure;
  if (!status.ok()) return status;
  return loop_->stopped() ? absl::OkStatus() : StuckError();
}

absl::Status Runtime::StuckError() const {
  if (roots_.spawned() == 0 && dispatcher_.idle()) return absl::OkStatus();
  const std::vector<ActiveItem> stuck = DumpActive();
  return absl::FailedPreconditionError(
      absl::StrCat("nothing is left that could wake ",
                   absl::StrJoin(stuck, ", ", [](std::string* out, const ActiveItem& item) {
                     absl::StrAppend(out, item.what);
                   })));
}

void Runtime::Dispatch(internal::Operation& operation, uint64_t fingerprint,
                       const SubmitOptions& options) {
  internal::Kind* kind = kinds_.Find(fingerprint);
  if (kind == nullptr) {
    dispatcher_.Refuse(operation, nullptr, kinds_.Explain(operation.name()));
  } else if (!accepting_) {
    dispatcher_.Refuse(operation, kind,
                       absl::FailedPreconditionError(
                           absl::StrCat(operation.name(), ": the runtime is shutting down")));
  } else {
    dispatcher_.Submit(operation, *kind, options);
  }
}

void Runtime::Refuse(internal::Operation& operation, uint64_t fingerprint, absl::Status refusal) {
  dispatcher_.Refuse(operation, kinds_.Find(fingerprint), std::move(refusal));
}

void Runtime::Spawn(Task<void> task, absl::string_view name) {
  loop_->CheckOnLoop();
  roots_.Spawn(std::move(task), std::string(name));
}

void Runtime::Spawn(Task<absl::Status> task, absl::string_view name) {
  loop_->CheckOnLoop();
  roots_.Spawn(std::move(task), std::string(name));
}

void Runtime::SetTimeout(absl::Duration delay, absl::AnyInvocable<void() &&> f) {
  (new Timeout(*loop_, std::move(f)))->Start(delay);
}

absl::Status Runtime::AddPlugin(std::unique_ptr<Plugin> plugin) {
  loop_->CheckOnLoop();
  return plugins_.Add(std::move(plugin), /*origin=*/"");
}

absl::StatusOr<PluginInfo> Runtime::LoadPlugin(const std::string& path) {
  return LoadPlugin(path, nlohmann::json::object());
}

absl::StatusOr<PluginInfo> Runtime::LoadPlugin(const std::string& path,
                                               const nlohmann::json& options) {
  loop_->CheckOnLoop();
  return plugins_.Load(path, options);
}

absl::Status Runtime::UnloadPlugin(absl::string_view name) {
  loop_->CheckOnLoop();
  return plugins_.Remove(name);
}

Task<absl::Status> Runtime::DrainPlugin(std::string name, DrainOptions options) {
  return plugins_.Drain(std::move(name), options.cancel_tasks);
}

std::vector<PluginInfo> Runtime::PluginInfos() const { return plugins_.Infos(); }

std::vector<std::string> Runtime::DumpPlugins() const {
  loop_->CheckOnLoop();
  return plugins_.Dump();
}

std::vector<ActiveItem> Runtime::Shutdown(absl::Duration timeout) {
  loop_->CheckOnLoop();
  accepting_ = false;
  const absl::Status status = absl::CancelledError("the runtime is shutting down");
  roots_.scope().Cancel(status);
  dispatcher_.CancelAll(status);
  bool late = false;
  Timer deadline(*loop_, [&late] { late = true; });
  deadline.Unref();
  if (timeout < absl::InfiniteDuration()) deadline.Start(timeout);
  const auto busy = [this] {
    return loop_->has_queued() ||
           (loop_->alive() && !(dispatcher_.idle() && roots_.spawned() == 0));
  };
  while (!late && busy()) {
    if (absl::Status status = RunOnce(absl::InfiniteDuration()); !status.ok()) {
      LOG(ERROR) << "while shutting down: " << status;
    }
  }
  deadline.Cancel();
  return DumpActive();
}

std::vector<ActiveItem> Runtime::DumpActive() const {
  loop_->CheckOnLoop();
  std::vector<ActiveItem> items;
  const int64_t now = loop_->clock().NowNanos();
  dispatcher_.ForEach([&](const internal::Operation& operation, bool told) {
    items.push_back(
        {absl::StrCat("task ", operation.name(), told ? " (cancelled, still running)" : ""),
         absl::Nanoseconds(now - operation.submitted_nanos())});
  });
  roots_.ForEachSpawned([&](absl::string_view name, int64_t started_nanos) {
    items.push_back({absl::StrCat("spawned ", name), absl::Nanoseconds(now - started_nanos)});
  });
  loop_->ForEachTimer([&](const LoopTimer& timer) {
    if (!timer.type().listed || !timer.referenced()) return;
    items.push_back({timer.type().label, absl::Nanoseconds(now - timer.started_nanos())});
  });
  loop_->ForEachWatch([&](const FdWatch& watch) {
    if (!watch.referenced()) return;
    items.push_back(
        {absl::StrCat("watch ", watch.Describe()), absl::Nanoseconds(now - watch.started_nanos())});
  });
  if (loop_->kept() > 0) {
    items.push_back({absl::StrCat(loop_->kept(), " x Loop::Keep (a coroutine on the pool has one)"),
                     absl::ZeroDuration()});
  }
  if (loop_->has_queued()) items.push_back({"queued callbacks", absl::ZeroDuration()});
  return items;
}

RuntimeStats Runtime::Stats() const {
  loop_->CheckOnLoop();
  RuntimeStats stats{.loop = loop_->stats(), .pool = pool_->stats(), .kinds = {}};
  kinds_.ForEach([&](const internal::Kind& kind) {
    stats.kinds.push_back({kind.name, kind.plugin, kind.runs_on, kind.stats});
  });
  return stats;
}

}  // namespace rondo
