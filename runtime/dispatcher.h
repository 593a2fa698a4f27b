// Takes operations through their life.
#ifndef RONDO_RUNTIME_DISPATCHER_H_
#define RONDO_RUNTIME_DISPATCHER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pool/pool.h"
#include "runtime/kind.h"
#include "runtime/loop.h"
#include "runtime/operation.h"

namespace rondo::internal {

// Launches operations within their kinds' limits, tells their callers, keeps the list of those
// that are unfinished. Operation draws the picture.
//
// Loop thread only. The loop and the pool outlive it.
class Dispatcher {
 public:
  // Wants to know of every operation that ends: its caller was told and its body has returned.
  class Observer {
   public:
    virtual void OperationEnded(const Operation& operation) = 0;

   protected:
    ~Observer() = default;
  };

  Dispatcher(Runtime& runtime, Loop& loop, Pool& pool)
      : runtime_(runtime), loop_(loop), pool_(pool) {}
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Takes the operation over and launches it, or has it wait; if it cannot run at all, its caller
  // is told later, as of any other outcome.
  void Submit(Operation& operation, Kind& kind, const SubmitOptions& options);
  // Takes an operation over that is not to run, for the reason given: its caller is told later.
  // `kind` is null when there is none of that name.
  void Refuse(Operation& operation, Kind* kind, absl::Status refusal);

  // Cancels every unfinished operation.
  void CancelAll(const absl::Status& status);
  // Cancels the unfinished operations of a plugin's kinds.
  void CancelOf(absl::string_view plugin, const absl::Status& status);
  // Of a plugin's kinds, which are about to go: those whose callers are being told just now.
  void ForgetKindsOf(absl::string_view plugin);
  // Forgets the callers of every unfinished operation.
  void AbandonAll();

  // Calls `f` for every operation whose caller waits, in the order of submission, and for every
  // one that still runs after its caller was told (told is true).
  void ForEach(absl::FunctionRef<void(const Operation&, bool told)> f) const;
  bool idle() const { return first_ == nullptr; }

  // One at a time; null: none.
  void Observe(Observer* observer) { observer_ = observer; }

 private:
  friend class Operation;

  void Take(Operation& operation, Kind* kind);
  absl::Status Admit(Operation& operation, const SubmitOptions& options);
  absl::Status Arm(Operation& operation, const SubmitOptions& options);
  void Launch(Operation& operation);
  void Returned(Operation& operation);
  void LaunchWaiting(Kind& kind);
  void CancelArrived(Operation& operation);
  // Marks the caller as told, and tells it unless it is gone.
  void Tell(Operation& operation, const absl::Status* early, bool abandoned = false);

  void Wait(Operation& operation);
  void StopWaiting(Operation& operation);
  void AddActive(Operation& operation);
  void RemoveActive(Operation& operation);

  Runtime& runtime_;
  Loop& loop_;
  Pool& pool_;
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
  Observer* observer_ = nullptr;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_DISPATCHER_H_
