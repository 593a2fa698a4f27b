// One submitted task, from Submit until its caller has been told and nobody runs it any more.
#ifndef RONDO_RUNTIME_OPERATION_H_
#define RONDO_RUNTIME_OPERATION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pool/pool.h"
#include "runtime/kind.h"
#include "runtime/loop.h"
#include "runtime/loop_task.h"
#include "runtime/loop_timer.h"
#include "runtime/recycler.h"

namespace rondo {

class Runtime;
class TaskHandle;

// What every submission can carry.
struct SubmitOptions {
  // When the caller is told DEADLINE_EXCEEDED at the latest; the earlier of the two counts.
  absl::Duration timeout = absl::InfiniteDuration();
  absl::Time deadline = absl::InfiniteFuture();
  // A stop requested of it, from any thread, cancels the task.
  std::stop_token stop_token = {};
};

namespace internal {

class Dispatcher;
class Operation;
struct KindDoor;

// What a kind is registered as.
struct KindIdentity {
  std::string name;
  std::string plugin;
  RunsOn runs_on;
  uint64_t fingerprint;
  KindOptions options;
  const KindDoor& door;
};

// A registered kind. Its body knows the request's type, so it is told an Operation.
class Kind : public KindIdentity {
 public:
  explicit Kind(KindIdentity identity) : KindIdentity(std::move(identity)) {}
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind() = default;

  // Runs the body: on a worker until the result stands, or on the loop thread, where it may
  // complete later.
  virtual void Run(Operation& operation) const = 0;

  // Whether an unfinished task of this kind keeps the loop alive by itself.
  virtual bool keeps_alive() const { return true; }

  // Whether the task that is submitted in `turn` is timed: every one while few are in flight and
  // turns submit few, else one in 64, picked at random so that it may stand anywhere in a burst.
  // Loop thread only.
  bool IsTimed(int64_t turn) {
    if (stats.in_flight <= kFew && !IsInBurst(turn)) return true;
    if (--until_timed_ > 0) return false;
    random_ = random_ * 1664525 + 1013904223;
    until_timed_ = 1 + static_cast<int>(random_ >> 25);  // 1 to 128
    return true;
  }

  // Loop thread only.
  KindStats stats;
  Operation* first_waiting = nullptr;
  Operation* last_waiting = nullptr;

 private:
  static constexpr int kFew = 8;

  // Whether many were submitted in the turn before in which any were.
  bool IsInBurst(int64_t turn) {
    if (turn != turn_) {
      many_ = in_turn_ > kFew;
      turn_ = turn;
      in_turn_ = 0;
    }
    ++in_turn_;
    return many_;
  }

  int until_timed_ = 1;
  uint32_t random_ = 0;
  bool many_ = false;
  int64_t turn_ = -1;
  int64_t in_turn_ = 0;  // How many were submitted in turn_ while few were in flight.
};

// The life of an operation. All of it happens on the loop thread but for the body of a pool kind
// and a stop requested from elsewhere.
//
//   Submit -> (waits for a place) -> launched -> body -> returned -> freed
//                     |                 |          |         |
//                     +--- cancelled ---+----------+         +-> caller told, unless it was
//                              |                                 cancelled
//                              +-> caller told at once; a body that runs already sees
//                                  stop_requested, and what it returns is dropped
//
// The caller is told exactly once, in the pending phase. The memory is freed when the caller has
// been told, the body has returned, and no cancellation is on its way.
// Its tasks are bases and what few operations need stands in a block of its own: to make one, and
// to bring it to a worker and back, costs by the cache line.
struct ReturnTask : LoopTask {
  using LoopTask::LoopTask;
};
struct CancelTask : LoopTask {
  using LoopTask::LoopTask;
};

class Operation : private PoolTask, private ReturnTask, private CancelTask {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // Cancels on the loop thread; does nothing once the caller has been told.
  void Cancel(absl::Status status);
  // The caller is gone: it is not told any more, and the task is cancelled.
  void Abandon();

  // For bodies, from any thread.
  bool stop_requested() const { return (flags_.load(std::memory_order_relaxed) & kStop) != 0; }
  absl::Time deadline() const;
  Runtime& runtime() const;
  const Kind* kind() const { return kind_; }
  // Of the kind, whether or not there is one.
  virtual absl::string_view name() const = 0;
  int64_t submitted_nanos() const { return submitted_nanos_; }
  // Whether it is with the pool or the kind's body. Loop thread only.
  bool launched() const { return launched_; }
  // What the loop's CheckOnLoop wants.
  bool OnLoop() const;

  // A loop kind's body has ended.
  void CompleteOnLoop();
  // A loop kind's body threw. What it did with its completion stands, unless it dropped it.
  void ThrewOnLoop(absl::string_view what);
  // A loop kind's wish to be told when its caller does not wait any more.
  void OnCancel(absl::AnyInvocable<void() &&> hook);
  // A loop kind's body has dropped its completion.
  void MarkDropped() { dropped_ = true; }

  // Puts a status where the body's result would be.
  virtual void SetFailure(absl::Status status) = 0;

 protected:
  explicit Operation(Dispatcher& dispatcher)
      : PoolTask(&OnWorker),
        ReturnTask(&OnReturned),
        CancelTask(&OnCancelArrived),
        dispatcher_(dispatcher) {}
  virtual ~Operation() {
    if (extras_ != nullptr) FreeExtras();
  }

  // Calls the caller back: with `early` if it is not null, else with the result.
  virtual void Deliver(const absl::Status* early) = 0;
  virtual absl::StatusCode result_code() const = 0;
  // Destroys and recycles it.
  virtual void Free() = 0;

 private:
  friend class Dispatcher;
  friend class rondo::TaskHandle;

  // Bits of flags_: kStop, the body need not begin or go on; kCancelled, somebody has claimed the
  // cancellation and will pass it on. Set by whoever cancels.
  static constexpr uint8_t kStop = 1;
  static constexpr uint8_t kCancelled = 2;

  struct StopRequested {
    Operation* operation;
    void operator()() const noexcept;
  };
  // What an operation has that can end before its time, or wants to hear of it.
  struct Extras : LoopTimer {
    explicit Extras(Operation& o);
    static void DeadlinePassed(LoopTimer& timer);
    static const Type kType;

    Operation& operation;
    absl::Time deadline = absl::InfiniteFuture();
    std::optional<std::stop_callback<StopRequested>> stop_callback;
    absl::AnyInvocable<void() &&> cancel_hook;
  };

  // Makes them when there are none. Loop thread only, and of a pool kind before its launch.
  Extras& extras();
  void FreeExtras();
  // Calls the cancel hook, if there is one.
  void CallCancelHook();

  static void OnReturned(LoopTask& task, LoopTask::Mode mode);
  static void OnCancelArrived(LoopTask& task, LoopTask::Mode mode);
  static void OnWorker(PoolTask& task, PoolTask::Outcome outcome);

  // True for the first to cancel, who then passes the status on.
  bool ClaimCancel() { return (flags_.fetch_or(kStop | kCancelled) & kCancelled) == 0; }
  void RunOnWorker();
  void MaybeFree();

  // Constant after Dispatcher::Submit.
  Dispatcher& dispatcher_;
  Kind* kind_ = nullptr;  // Null: unknown.
  int64_t submitted_nanos_ = 0;
  bool timed_ = false;  // Else submitted_nanos_ is when the turn began, and the others are zero.

  // Passed from thread to thread with the task.
  bool ran_ = false;  // The body began.
  int64_t began_nanos_ = 0;
  int64_t ended_nanos_ = 0;

  // Written by the one who claimed the cancellation, read when it arrives on the loop.
  absl::Status cancel_status_;
  std::atomic<uint8_t> flags_ = 0;

  // Loop thread only.
  bool told_ = false;      // The caller was.
  bool launched_ = false;  // With the pool or the kind's body, until it has returned.
  bool keeps_alive_ = false;
  bool waiting_ = false;  // For a place below max_concurrency.
  bool cancel_arrived_ = false;
  bool dropped_ = false;  // A loop kind's completion was.
  TaskHandle* handle_ = nullptr;
  Extras* extras_ = nullptr;
  Operation* next_active_ = nullptr;
  Operation* previous_active_ = nullptr;
  Operation* next_waiting_ = nullptr;
  Operation* previous_waiting_ = nullptr;
};

// An operation whose result type is known: what a Completion sees.
template <typename Result>
class ResultOperation : public Operation {
 public:
  void SetResult(rondo::Outcome<Result> result) { result_.emplace(std::move(result)); }
  void SetFailure(absl::Status status) override { result_.emplace(std::move(status)); }

 protected:
  using Operation::Operation;

  absl::StatusCode result_code() const override {
    // To ask for the code of what is OK costs more than to ask whether it is.
    if (result_->ok()) return absl::StatusCode::kOk;
    if constexpr (std::is_void_v<Result>) {
      return result_->code();
    } else {
      return result_->status().code();
    }
  }

  std::optional<rondo::Outcome<Result>> result_;
};

// An operation whose request type is known: what a kind's body sees.
template <TaskRequest Request>
class TypedOperation : public ResultOperation<typename Request::Result> {
 public:
  Request request;

 protected:
  TypedOperation(Dispatcher& dispatcher, Request r)
      : ResultOperation<typename Request::Result>(dispatcher), request(std::move(r)) {}

  absl::string_view name() const override { return Request::kKind; }
};

// The whole of it: with the caller's callback, in one recycled block.
template <TaskRequest Request, typename F>
class CallbackOperation final : public TypedOperation<Request> {
 public:
  static_assert(alignof(Request) <= alignof(std::max_align_t) &&
                    alignof(F) <= alignof(std::max_align_t),
                "over-aligned requests and callbacks are not supported");

  static CallbackOperation& Make(Dispatcher& dispatcher, Request request, F callback) {
    return *new (AllocateRecycled(sizeof(CallbackOperation)))
        CallbackOperation(dispatcher, std::move(request), std::move(callback));
  }

 private:
  CallbackOperation(Dispatcher& dispatcher, Request request, F callback)
      : TypedOperation<Request>(dispatcher, std::move(request)), callback_(std::move(callback)) {}

  void Deliver(const absl::Status* early) override {
    if (early != nullptr) {
      callback_(OutcomeOf<Request>(*early));
    } else {
      callback_(*std::move(this->result_));
    }
  }

  void Free() override {
    this->~CallbackOperation();
    Recycle(this, sizeof(CallbackOperation));
  }

  F callback_;
};

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_OPERATION_H_
