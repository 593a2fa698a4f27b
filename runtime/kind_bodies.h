// The three forms of a registered kind: they know the request's type.
#ifndef RONDO_RUNTIME_KIND_BODIES_H_
#define RONDO_RUNTIME_KIND_BODIES_H_

#include <coroutine>
#include <exception>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "runtime/completion.h"
#include "runtime/kind.h"
#include "runtime/operation.h"
#include "runtime/root_tasks.h"
#include "runtime/runtime_parts.h"
#include "runtime/task.h"
#include "runtime/task_context.h"

namespace rondo::internal {

template <TaskRequest Request, typename F>
class PoolKind final : public Kind {
 public:
  PoolKind(KindIdentity identity, F body) : Kind(std::move(identity)), body_(std::move(body)) {}

  void Run(Operation& base) const override {
    auto& operation = static_cast<TypedOperation<Request>&>(base);
    TaskContext context(operation);
    operation.SetResult(body_(std::move(operation.request), context));
  }

 private:
  const F body_;
};

template <TaskRequest Request, typename F>
class LoopKind final : public Kind {
 public:
  LoopKind(KindIdentity identity, F body) : Kind(std::move(identity)), body_(std::move(body)) {}

  void Run(Operation& base) const override {
    auto& operation = static_cast<TypedOperation<Request>&>(base);
    try {
      body_(std::move(operation.request), Completion<typename Request::Result>(operation));
    } catch (const std::exception& exception) {
      operation.ThrewOnLoop(exception.what());
    } catch (...) {
      operation.ThrewOnLoop("of an unknown type");
    }
  }

 private:
  const F body_;
};

// A running body of a coroutine kind. Deletes itself at its end, or goes with the runtime.
template <typename Result>
class RunningBody final : public RootTask, private TaskObserver {
 public:
  static void Start(Task<Outcome<Result>> task, Completion<Result> completion) {
    auto* body = new RunningBody(std::move(task), std::move(completion));
    body->completion_.OnCancel([body] { body->scope_.Cancel(); });
    body->task_.Start(body->scope_, *body);
  }

 private:
  RunningBody(Task<Outcome<Result>> task, Completion<Result> completion)
      : RootTask(RootTasksOf(completion.runtime())),
        name_(completion.kind_name()),
        completion_(std::move(completion)),
        task_(std::move(task)) {}

  std::coroutine_handle<> OnTaskDone() override {
    try {
      completion_.Complete(task_.Take());
    } catch (const std::exception& exception) {
      completion_.Complete(
          absl::InternalError(absl::StrCat(name_, ": exception: ", exception.what())));
    } catch (...) {
      completion_.Complete(
          absl::InternalError(absl::StrCat(name_, ": exception of an unknown type")));
    }
    delete this;
    return std::noop_coroutine();
  }

  const absl::string_view name_;
  Completion<Result> completion_;
  Task<Outcome<Result>> task_;
};

template <TaskRequest Request, typename F>
class CoroutineKind final : public Kind {
 public:
  CoroutineKind(KindIdentity identity, F body)
      : Kind(std::move(identity)), body_(std::move(body)) {}

  // What the coroutine waits for keeps the loop alive, or nothing ever will wake it.
  bool keeps_alive() const override { return false; }

  void Run(Operation& base) const override {
    auto& operation = static_cast<TypedOperation<Request>&>(base);
    // First of all, so that whatever throws drops it.
    Completion<typename Request::Result> completion(operation);
    try {
      RunningBody<typename Request::Result>::Start(body_(std::move(operation.request)),
                                                   std::move(completion));
    } catch (const std::exception& exception) {
      completion.Drop();
      operation.ThrewOnLoop(exception.what());
    } catch (...) {
      completion.Drop();
      operation.ThrewOnLoop("of an unknown type");
    }
  }

 private:
  const F body_;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_KIND_BODIES_H_
