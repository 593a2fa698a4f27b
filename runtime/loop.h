// The event loop.
#ifndef RONDO_RUNTIME_LOOP_H_
#define RONDO_RUNTIME_LOOP_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "poller/poller.h"
#include "pool/inbox.h"
#include "runtime/loop_task.h"
#include "runtime/loop_timer.h"
#include "timers/clock.h"
#include "timers/tick_scale.h"
#include "timers/timer_wheel.h"

namespace rondo {

class FdWatch;
class Runtime;
class Timer;

namespace internal {
class Dispatcher;
class Operation;
class RootTasks;
}  // namespace internal

// Runs callbacks in turns: timers, what is pending, fds, immediates, close notifications.
// Turn() below is the order, and the order is a promise. `Runtime` is a Loop with a thread pool
// and task kinds; use a Loop of its own for a program that needs neither.
//
// Thread safety: Post, PostTask and Stop may be called from any thread, and must have returned
// before the loop is destroyed. Everything else belongs to the loop thread: the one that calls Run
// or RunOnce, while it does, and otherwise any one thread at a time. Debug builds check it.
//
// Ownership: the loop owns its clock and poller. It outlives every scheduled timer and active
// watch.
//
// A callback must not throw: an exception that leaves one ends the program.
class Loop {
 public:
  struct Options {
    // How exactly timers are told apart, and how late one may be when nothing else is running.
    absl::Duration tick = absl::Milliseconds(1);
    // How many callbacks one phase runs in one turn, so that no phase starves another.
    int max_callbacks_per_phase = 4096;
    // For how long the loop looks for the posts of other threads that work for it before it
    // sleeps: to fall asleep and to be woken costs more than a short task. Zero: never. It gives
    // up looking while that is in vain, and never looks for anything else.
    absl::Duration spin = absl::Microseconds(5);
  };

  struct Stats {
    int64_t turns = 0;
    int64_t waits = 0;  // Turns that waited for an fd, a timer or a wake-up.
    // How long callbacks kept the loop from looking for new events, in one turn.
    absl::Duration last_lag = absl::ZeroDuration();
    absl::Duration max_lag = absl::ZeroDuration();
  };

  // REQUIRES: tick >= 1 ns, max_callbacks_per_phase >= 1.
  Loop(std::unique_ptr<Clock> clock, std::unique_ptr<Poller> poller, const Options& options);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  // Discards what is queued.
  ~Loop();

  // Runs turns until nothing keeps the loop alive or Stop is called. Called again, it goes on.
  // Errors: those of Poller::Wait.
  absl::Status Run();

  // Runs one turn, which waits for something to happen if nothing has yet, and no longer than
  // `timeout`. For a loop that
  // is embedded in another one: when backend_fd() is readable or NextTimeout() has passed,
  // call RunOnce(absl::ZeroDuration()).
  absl::Status RunOnce(absl::Duration timeout);

  // Makes Run return at the end of its turn, or, if it is not running, at once when it is
  // called next.
  void Stop();

  // How long the next turn may wait; infinite when only an fd or another thread can end it.
  // From this call until the next turn, a post makes backend_fd() readable; ask again after
  // starting a timer or queueing a tick or an immediate between turns.
  absl::Duration NextTimeout();
  int backend_fd() const { return poller_->fd(); }

  // Whether Stop ended the last Run or RunOnce.
  bool stopped() const { return stopped_; }

  // True while Run would do something: anything is queued, a referenced timer is scheduled, a
  // referenced watch is active, or a Keep is held.
  bool alive() const { return keeps_ > 0 || has_queued(); }

  // Calls `f` after the current callback, before any other; ticks queued by ticks included. A
  // tick that always queues another starves everything else.
  template <typename F>
  void NextTick(F&& f) {
    NextTickTask(MakeLoopTask(std::forward<F>(f)));
  }
  void NextTickTask(LoopTask& task) {
    CheckOnLoop();
    ticks_.Append(task);
  }

  // Calls `f` in this turn's check phase, or in the next turn's when that phase has begun.
  template <typename F>
  void SetImmediate(F&& f) {
    SetImmediateTask(MakeLoopTask(std::forward<F>(f)));
  }
  void SetImmediateTask(LoopTask& task) {
    CheckOnLoop();
    immediates_.Append(task);
  }

  // Calls `f` in the pending phase, first in, first out. From any thread.
  template <typename F>
  void Post(F&& f) {
    PostTask(MakeLoopTask(std::forward<F>(f)));
  }
  void PostTask(LoopTask& task) {
    if (running_here_ == this) return EnqueuePending(task);
    // Only the first task of a batch has to wake the loop; the others go with it.
    if (inbox_.Push(task)) poller_->Wake();
  }

  // As PostTask, from the loop thread.
  void Enqueue(LoopTask& task) {
    CheckOnLoop();
    EnqueuePending(task);
  }

  // Calls `task` in the close phase.
  void EnqueueClose(LoopTask& task) {
    CheckOnLoop();
    closing_.Append(task);
  }

  // Keeps the loop alive, until as many Releases: for who waits for another thread to post, as a
  // coroutine on the pool does. kept() says how many do.
  void Keep() {
    CheckOnLoop();
    ++keeps_;
    ++kept_;
  }
  void Release() {
    CheckOnLoop();
    CHECK_GT(kept_, 0) << "released more often than kept";
    --keeps_;
    --kept_;
  }
  int64_t kept() const { return kept_; }

  // For who has given work to a pool: `wakeups` of the pool since it was made.
  void GaveWork(int64_t wakeups) {
    if (wakeups == wakeups_) return;
    wakeups_ = wakeups;
    woke_worker_ = true;
  }

  // Dies in debug builds when called from a thread that is not the loop's.
  void CheckOnLoop() const { DCHECK(MayBeUsed()) << "this must be called on the loop thread"; }
  bool MayBeUsed() const { return OnLoopThread() || !running_.load(std::memory_order_relaxed); }
  // Whether the caller's thread runs the loop, or was the last to do so.
  bool OnLoopThread() const {
    return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  // Which turn this is, from 1 on; 0 before the first.
  int64_t turn() const { return turns_; }
  const Clock& clock() const { return *clock_; }
  Stats stats() const {
    return {.turns = turns_,
            .waits = waits_,
            .last_lag = absl::Nanoseconds(last_lag_nanos_),
            .max_lag = absl::Nanoseconds(max_lag_nanos_)};
  }

  // Calls `f` for every scheduled timer and active watch.
  void ForEachTimer(absl::FunctionRef<void(const LoopTimer&)> f) const;
  void ForEachWatch(absl::FunctionRef<void(const FdWatch&)> f) const;
  // Whether callbacks are queued (which keeps the loop alive, too).
  bool has_queued() const {
    return !inbox_.empty() || !pending_.empty() || !ticks_.empty() || !immediates_.empty() ||
           !closing_.empty();
  }

 private:
  friend class LoopTimer;
  friend class FdWatch;
  friend class Timer;
  friend class Runtime;
  friend class internal::Dispatcher;
  friend class internal::Operation;
  friend class internal::RootTasks;

  // `once`: does not wait either when anything has run in this turn.
  absl::Status Turn(int64_t max_wait_nanos, bool once) noexcept;
  void Enter();
  void Leave();
  // Discards everything that is queued, and timers that nobody owns.
  void Discard();
  // These return whether anything has run.
  bool RunTimers();
  bool RunPending();
  absl::Status PollFds(int64_t max_wait_nanos, bool once);
  void TellReady();
  void RunImmediates();
  void RunClosing();

  void RunTask(LoopTask& task) {
    task.function(task, LoopTask::Mode::kRun);
    RunTicks();
  }
  bool RunTicks() {
    if (ticks_.empty()) return false;
    while (LoopTask* task = ticks_.Pop()) task->function(*task, LoopTask::Mode::kRun);
    return true;
  }
  bool RunQueue(LoopQueue& queue);
  void EnqueuePending(LoopTask& task);
  // Nanoseconds; negative: without end.
  int64_t PollTimeout(int64_t now_nanos, int64_t max_wait_nanos, bool once) const;
  // Whether somebody works for the loop, and it is worth while to look for his post.
  bool MayLookForPosts();
  // Looks for a moment and no longer than `timeout_nanos`; whether a post came.
  bool LookForPosts(int64_t now_nanos, int64_t timeout_nanos);

  // The loop that this thread runs, if it runs one.
  static inline constinit thread_local const Loop* running_here_ = nullptr;

  // Constant after construction.
  const std::unique_ptr<Clock> clock_;
  const std::unique_ptr<Poller> poller_;
  const int max_callbacks_;
  const int64_t spin_nanos_;
  const TickScale scale_;

  // Loop thread only.
  TimerWheel wheel_;
  LoopQueue pending_;  // Taken out of inbox_ or queued on the loop thread, not run yet.
  LoopQueue ticks_;
  LoopQueue immediates_;
  LoopQueue closing_;
  // Why the loop is alive: referenced timers and watches, unfinished tasks, and what Keep was
  // called for, which is kept_ of them.
  int64_t keeps_ = 0;
  int64_t kept_ = 0;
  // How many tasks the pool has, each of which will post.
  int64_t on_pool_ = 0;
  // How many more sleeps begin without a look, and how many will after the next look in vain.
  int unlooked_ = 0;
  int next_unlooked_ = 1;
  int64_t wakeups_ = 0;
  bool woke_worker_ = false;  // Since the last sleep.
  // How many turns in a row have found a post and so have not asked the poller.
  int unpolled_turns_ = 0;
  int64_t awake_since_nanos_;  // When the last wait ended.
  bool stopped_ = false;
  const Loop* outer_ = nullptr;           // That the thread runs besides; this one runs within it.
  const Timer* running_timer_ = nullptr;  // Whose callback runs; null when that destroyed it.
  int64_t turns_ = 0;
  int64_t waits_ = 0;
  int64_t last_lag_nanos_ = 0;
  int64_t max_lag_nanos_ = 0;

  // From any thread.
  Inbox<LoopTask> inbox_;
  // Set by Stop, from any thread; cleared when Run or RunOnce returns, which thereby sees what was
  // done before Stop. The wake-up that follows makes it seen.
  std::atomic<bool> stop_ = false;
  // Set by whoever runs the loop, while it does.
  std::atomic<bool> running_ = false;
  // The loop thread. Written by the thread that enters Run; relaxed, as any other thread only
  // compares it with itself.
  std::atomic<std::thread::id> owner_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_LOOP_H_
