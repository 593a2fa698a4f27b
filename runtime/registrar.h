// How a plugin says which task kinds it brings.
#ifndef RONDO_RUNTIME_REGISTRAR_H_
#define RONDO_RUNTIME_REGISTRAR_H_

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/completion.h"
#include "runtime/kind.h"
#include "runtime/kind_bodies.h"
#include "runtime/kind_door.h"
#include "runtime/operation.h"
#include "runtime/task.h"
#include "runtime/task_context.h"

namespace rondo {

// A function object that can be called, from several threads at once, as the body of a pool kind.
template <typename F, typename Request>
concept PoolBody =
    TaskRequest<Request> && requires(const F& body, Request request, TaskContext& context) {
      { body(std::move(request), context) } -> std::convertible_to<OutcomeOf<Request>>;
    };

// The body of a loop kind: completes now or later.
template <typename F, typename Request>
concept LoopBody =
    TaskRequest<Request> &&
    requires(const F& body, Request request, Completion<typename Request::Result> completion) {
      { body(std::move(request), std::move(completion)) } -> std::same_as<void>;
    };

// The body of a loop kind as a coroutine; cancelling the task cancels its scope.
template <typename F, typename Request>
concept CoroutineBody = TaskRequest<Request> && requires(const F& body, Request request) {
  { body(std::move(request)) } -> std::same_as<Task<OutcomeOf<Request>>>;
};

// Collects the kinds of one plugin, while its Register runs. Nothing of them is visible to
// anybody until Register has returned OK and no name is taken.
//
//   absl::Status Register(Registrar& registrar) override {
//     registrar.OnPool<ReadFile>(&ReadWholeFile);
//     registrar.OnLoop<Watch>(&StartWatch, {.max_concurrency = 100});
//     return absl::OkStatus();
//   }
class Registrar {
 public:
  explicit Registrar(std::string plugin) : plugin_(std::move(plugin)) {}
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  // `body(Request, TaskContext&)` blocks or computes, on a worker of the pool, and returns the
  // outcome. An exception it throws becomes INTERNAL.
  template <TaskRequest Request, PoolBody<Request> F>
  void OnPool(F body, const KindOptions& options = {}) {
    Add<Request>(std::make_unique<internal::PoolKind<Request, F>>(
        Describe<Request>(RunsOn::kPool, options), std::move(body)));
  }

  // `body(Request, Completion<Result>)` starts something on the loop thread; it must not block.
  template <TaskRequest Request, LoopBody<Request> F>
  void OnLoop(F body, const KindOptions& options = {}) {
    Add<Request>(std::make_unique<internal::LoopKind<Request, F>>(
        Describe<Request>(RunsOn::kLoop, options), std::move(body)));
  }

  // `body(Request)` is a coroutine on the loop thread: Task<absl::StatusOr<Result>>.
  template <TaskRequest Request, CoroutineBody<Request> F>
  void OnLoop(F body, const KindOptions& options = {}) {
    Add<Request>(std::make_unique<internal::CoroutineKind<Request, F>>(
        Describe<Request>(RunsOn::kLoop, options), std::move(body)));
  }

  // For the runtime.
  std::vector<std::unique_ptr<internal::Kind>> TakeKinds() && { return std::move(kinds_); }

 private:
  template <TaskRequest Request>
  internal::KindIdentity Describe(RunsOn runs_on, const KindOptions& options) const {
    return {.name = std::string(absl::string_view(Request::kKind)),
            .plugin = plugin_,
            .runs_on = runs_on,
            .fingerprint = internal::Fingerprint<Request>(),
            .options = options,
            .door = kDoor<Request>};
  }

  template <TaskRequest Request>
  void Add(std::unique_ptr<internal::Kind> kind) {
    kinds_.push_back(std::move(kind));
  }

  template <TaskRequest Request>
  static constexpr internal::KindDoor kDoor = internal::DoorOf<Request>::Get();

  std::string plugin_;
  std::vector<std::unique_ptr<internal::Kind>> kinds_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_REGISTRAR_H_
