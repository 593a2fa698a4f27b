// Kinds that are done where the loop is when that is faster than to go elsewhere.
#ifndef RONDO_PLUGINS_CRYPTO_INLINE_OR_POOL_H_
#define RONDO_PLUGINS_CRYPTO_INLINE_OR_POOL_H_

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/gate.h"
#include "runtime/completion.h"
#include "runtime/kind.h"
#include "runtime/runtime.h"

namespace rondo::crypto::internal {

// Runs `body(const Request&, StopRequested)` of a loop kind's request on a worker, as if it were a
// pool kind: the caller who stops waiting is told at once, and the body is asked to stop; an
// exception is INTERNAL. Loop thread only.
//
// This is how a kind is sometimes one of the loop and sometimes one of the pool: it is registered
// as one of the loop, completes there what is small, and sends the rest through here.
template <TaskRequest Request, typename Body>
class PoolJob {
 public:
  using Result = typename Request::Result;

  static void Start(Request request, Completion<Result> completion, Body body,
                    const std::shared_ptr<Gate>& gate) {
    std::shared_ptr<PoolJob> job(
        new PoolJob(std::move(request), std::move(completion), std::move(body)));
    if (gate == nullptr) {
      job->completion_.OnCancel([stop = job->stop_]() mutable { stop.request_stop(); });
      return Launch(std::move(job));
    }
    const int64_t number = gate->Admit([job](Gate::Place place) mutable {
      job->place_.emplace(std::move(place));
      Launch(std::move(job));
    });
    // It may have failed already.
    if (!job->completion_) return;
    job->completion_.OnCancel([gate, number, stop = job->stop_]() mutable {
      stop.request_stop();
      gate->Forget(number);
    });
  }

 private:
  static void Launch(std::shared_ptr<PoolJob> job) {
    Runtime& runtime = job->completion_.runtime();
    // Whoever drops the function uncalled, as a pool that is shut down does, drops the completion.
    absl::Status status = runtime.pool().Schedule([job, &runtime]() mutable {
      job->Run();
      runtime.Post(
          [job = std::move(job)] { job->completion_.Complete(*std::move(job->outcome_)); });
    });
    if (!status.ok()) job->completion_.Complete(std::move(status));
  }

  PoolJob(Request request, Completion<Result> completion, Body body)
      : request_(std::move(request)), completion_(std::move(completion)), body_(std::move(body)) {}

  void Run() {
    const absl::string_view kind = Request::kKind;
    try {
      if (stop_.stop_requested()) {  // Cancelled before it began.
        outcome_ = absl::CancelledError(absl::StrCat(kind, ": cancelled"));
      } else {
        outcome_ = body_(request_, [this] { return stop_.stop_requested(); });
      }
    } catch (const std::exception& exception) {
      outcome_ = absl::InternalError(absl::StrCat(kind, ": exception: ", exception.what()));
    } catch (...) {
      outcome_ = absl::InternalError(absl::StrCat(kind, ": exception of an unknown type"));
    }
  }

  const Request request_;
  Completion<Result> completion_;  // The loop thread's.
  const Body body_;
  std::stop_source stop_;
  std::optional<Gate::Place> place_;        // The loop thread's, with the job.
  std::optional<Outcome<Result>> outcome_;  // The worker's, until it has posted.
};

// With a gate, it waits there first.
template <TaskRequest Request, typename Body>
void RunOnPool(Request request, Completion<typename Request::Result> completion, Body body,
               const std::shared_ptr<Gate>& gate = nullptr) {
  PoolJob<Request, Body>::Start(std::move(request), std::move(completion), std::move(body), gate);
}

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_INLINE_OR_POOL_H_
