// The interface of a thread pool, and what it runs.
#ifndef RONDO_POOL_POOL_H_
#define RONDO_POOL_POOL_H_

#include <atomic>
#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

namespace rondo {

// One piece of work, intrusive: embed it in what it works on, and scheduling allocates nothing.
//
// Thread safety: none of its own; between a successful Schedule and the call of its function it
// belongs to the pool.
//
// Ownership: the owner keeps it alive and untouched until its function is called, which happens
// exactly once for each successful Schedule. From within its function it may be destroyed or
// scheduled again.
//
//   struct Greeting : PoolTask {
//     explicit Greeting(std::string who) : PoolTask(&Say), who(std::move(who)) {}
//     static void Say(PoolTask& task, Outcome outcome) {
//       std::unique_ptr<Greeting> self(static_cast<Greeting*>(&task));
//       if (outcome == Outcome::kRun) LOG(INFO) << "hello, " << self->who;
//     }
//     std::string who;
//   };
class PoolTask {
 public:
  enum class Outcome : bool { kRun, kDiscarded };

  // Called on a worker with kRun, or with kDiscarded on the thread that shuts the pool down.
  using Function = void (*)(PoolTask& task, Outcome outcome);

  explicit PoolTask(Function function) : function_(function) {}
  PoolTask(const PoolTask&) = delete;
  PoolTask& operator=(const PoolTask&) = delete;

  // For pools. The task may be gone afterwards.
  void Finish(Outcome outcome) { function_(*this, outcome); }

 private:
  friend class TaskQueue;

  const Function function_;
  std::atomic<PoolTask*> next_ = nullptr;  // the queue's
};

// Runs tasks, usually on other threads.
//
// Thread safety: all of it. Ownership: owns no PoolTask.
//
//   absl::Status status = pool.Schedule(task);                       // allocates nothing
//   absl::Status status = pool.Schedule([] { LOG(INFO) << "hi"; });  // allocates once
class Pool {
 public:
  // What happens at shutdown to tasks that have not started.
  enum class Pending { kRun, kDiscard };

  // Counts since the pool was made. scheduled = started + discarded + what waits.
  struct Stats {
    int64_t scheduled = 0;   // accepted
    int64_t started = 0;     // taken by a thread that runs it
    int64_t finished = 0;    // run to the end, or to an exception
    int64_t discarded = 0;   // by Shutdown(kDiscard)
    int64_t exceptions = 0;  // tasks that ended with one
    int64_t wakeups = 0;     // times that a sleeping thread was woken

    int64_t waiting() const { return scheduled - started - discarded; }
    int64_t running() const { return started - finished; }
  };

  virtual ~Pool() = default;

  // Queues `task` behind everything that this thread has scheduled before. Never blocks.
  //
  // Errors, and then the function is not called: FAILED_PRECONDITION after Shutdown began.
  virtual absl::Status Schedule(PoolTask& task) = 0;

  // The same, unless too many tasks wait already: then RESOURCE_EXHAUSTED.
  virtual absl::Status TrySchedule(PoolTask& task) = 0;

  // As Schedule. `function` is called at most once, and destroyed uncalled when it is discarded or
  // was not accepted.
  absl::Status Schedule(absl::AnyInvocable<void() &&> function);

  // Accepts nothing more, runs what waits or discards it, and returns when every task that was
  // accepted is finished or discarded and every thread has ended. Tasks that run may still find
  // that what they schedule is refused. Later calls wait for the first and do nothing else.
  //
  // REQUIRES: not called by a task.
  virtual void Shutdown(Pending pending) = 0;

  virtual int thread_count() const = 0;

  // Exact in what has happened before the call. Of what happens during the call each count may
  // have a part or not, so waiting() and running() may be too high then, but are never negative.
  virtual Stats stats() const = 0;
  // Stats::wakeups alone, which costs next to nothing. What a call of Schedule or TrySchedule has
  // woken is in it when the call returns.
  virtual int64_t wakeups() const = 0;
};

}  // namespace rondo

#endif  // RONDO_POOL_POOL_H_
