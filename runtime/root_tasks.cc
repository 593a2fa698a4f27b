#include "runtime/root_tasks.h"

#include <exception>
#include <vector>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"

namespace rondo::internal {

RootTask::RootTask(RootTasks& owner)
    : scope_(owner.scope_), owner_(owner), next_(owner.first_), link_(&owner.first_) {
  if (next_ != nullptr) next_->link_ = &next_;
  owner.first_ = this;
}

RootTask::~RootTask() {
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
}

class RootTasks::Spawned final : public RootTask, private TaskObserver, private LoopTask {
 public:
  Spawned(RootTasks& owner, Task<void> task, std::string name)
      : RootTask(owner),
        LoopTask(&Begin),
        name_(std::move(name)),
        started_nanos_(scope_.loop().clock().NowNanos()),
        task_(std::move(task)) {
    ++owner_.spawned_;
    scope_.loop().Enqueue(*this);
  }
  ~Spawned() override { --owner_.spawned_; }

  const std::string& name() const { return name_; }
  int64_t started_nanos() const { return started_nanos_; }

 private:
  static void Begin(LoopTask& task, Mode mode) {
    Spawned& self = static_cast<Spawned&>(task);
    if (mode == Mode::kRun) self.task_.Start(self.scope_, self);
  }

  std::coroutine_handle<> OnTaskDone() override {
    try {
      task_.Take();
    } catch (const std::exception& exception) {
      Threw(exception.what());
    } catch (...) {
      Threw("of an unknown type");
    }
    delete this;
    return std::noop_coroutine();
  }

  void Threw(absl::string_view what) {
    owner_.Failed(absl::InternalError(absl::StrCat("task \"", name_, "\": exception: ", what)));
  }

  const std::string name_;
  const int64_t started_nanos_;
  Task<void> task_;
};

void RootTasks::Spawn(Task<void> task, std::string name) {
  new Spawned(*this, std::move(task), std::move(name));
}

void RootTasks::Spawn(Task<absl::Status> task, std::string name) {
  auto watched = [](RootTasks& roots, Task<absl::Status> task, std::string name) -> Task<void> {
    absl::Status status = co_await std::move(task);
    if (status.ok() || absl::IsCancelled(status)) co_return;
    roots.Failed(
        absl::Status(status.code(), absl::StrCat("task \"", name, "\": ", status.message())));
  };
  Spawn(watched(*this, std::move(task), name), name);
}

void RootTasks::Failed(absl::Status failure) {
  if (failure_.ok()) {
    failure_ = std::move(failure);
  } else {
    LOG(ERROR) << failure;  // Run returns the first.
  }
  scope_.loop().Stop();
}

void RootTasks::ForEachSpawned(
    absl::FunctionRef<void(absl::string_view name, int64_t started_nanos)> f) const {
  std::vector<const Spawned*> newest_first;
  for (const RootTask* task = first_; task != nullptr; task = task->next_) {
    if (const auto* spawned = dynamic_cast<const Spawned*>(task)) newest_first.push_back(spawned);
  }
  for (auto it = newest_first.rbegin(); it != newest_first.rend(); ++it) {
    f((*it)->name(), (*it)->started_nanos());
  }
}

void RootTasks::Clear() {
  // Newest first: the body of a kind goes before the coroutine that awaits it. What the end of one
  // queues (it may cancel others, and spawn) goes before the next, while all that it is about
  // still exists.
  while (first_ != nullptr) {
    delete first_;
    scope_.loop().Discard();
  }
}

}  // namespace rondo::internal
