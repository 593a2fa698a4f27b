#include "pool/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pool/backoff.h"
#include "pool/finish_task.h"
#include "pool/idle_workers.h"
#include "pool/pool.h"
#include "pool/task_queue.h"

namespace rondo {

namespace {

// For a counter that only one thread writes. Release: whoever sees a task counted as finished sees
// it counted as started.
void Count(std::atomic<int64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace

struct alignas(ABSL_CACHELINE_SIZE) ThreadPool::Worker {
  void Run(PoolTask& task) {
    if (!FinishTask(task, PoolTask::Outcome::kRun, name)) Count(exceptions);
    Count(finished);
  }

  // Constant once the thread runs.
  ThreadPool* pool = nullptr;
  int index = 0;
  std::string name;
  pthread_t thread;

  // Written by the thread.
  std::atomic<int64_t> finished = 0;
  std::atomic<int64_t> exceptions = 0;
};

namespace {

// Blocks what is sent to the process, so that a thread created meanwhile leaves it to the others.
// Not the signals that a thread's own doing raises, whose handlers must run, nor a profiler's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
      sigdelset(&blocked, own);
    }
    pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// The kernel takes 15 characters. The number is what tells threads apart, so the name gives way.
std::string KernelName(absl::string_view name, int index) {
  constexpr size_t kMaxLength = 15;
  const std::string number = absl::StrCat(index);
  return absl::StrCat(name.substr(0, kMaxLength - number.size()), number);
}

// The pool whose tasks this thread runs or discards, and the name of the worker that it is.
thread_local const ThreadPool* current_pool = nullptr;
thread_local absl::string_view current_name;

}  // namespace

absl::StatusOr<std::unique_ptr<ThreadPool>> ThreadPool::Create(Options options) {
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("a pool has 1 to ", kMaxThreads, " threads, not ", options.threads));
  }
  if (options.max_queue < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("a pool's max_queue is at least 1, not ", options.max_queue));
  }
  if (options.spin < absl::ZeroDuration() || options.spin > kMaxSpin) {
    return absl::InvalidArgumentError(absl::StrCat("a pool's spin is between 0 and 1ms, not ",
                                                   absl::FormatDuration(options.spin)));
  }
  auto pool = absl::WrapUnique(new ThreadPool(std::move(options)));
  if (absl::Status status = pool->StartThreads(); !status.ok()) return status;
  return pool;
}

ThreadPool::ThreadPool(Options options)
    : options_(std::move(options)),
      spin_(absl::ToChronoNanoseconds(options_.spin)),
      workers_(std::make_unique<Worker[]>(options_.threads)),
      queue_(options_.max_queue),
      idle_(options_.threads) {}

ThreadPool::~ThreadPool() { Shutdown(Pending::kRun); }

absl::Status ThreadPool::StartThreads() {
  const SignalsBlocked signals_blocked;
  for (; started_ < options_.threads; ++started_) {
    Worker& worker = workers_[started_];
    worker.pool = this;
    worker.index = started_;
    worker.name = absl::StrCat(options_.name, started_);
    const int error = options_.create_thread(&worker.thread, nullptr, &ThreadMain, &worker);
    if (error != 0) {
      const absl::Status status = absl::ErrnoToStatus(
          error, absl::StrCat("create thread ", started_ + 1, " of ", options_.threads,
                              " of the pool \"", options_.name, "\""));
      // Too many threads or too little memory is nothing that passes by itself.
      return error == EAGAIN ? absl::ResourceExhaustedError(status.message()) : status;
    }
  }
  return absl::OkStatus();
}

absl::Status ThreadPool::Schedule(PoolTask& task) {
  absl::Status status = queue_.Push(task);
  if (ABSL_PREDICT_TRUE(status.ok())) Notify();
  return status;
}

absl::Status ThreadPool::TrySchedule(PoolTask& task) {
  absl::Status status = queue_.TryPush(task);
  if (ABSL_PREDICT_TRUE(status.ok())) Notify();
  return status;
}

void ThreadPool::Notify() {
  // A drained queue is a reason to wake too: to end.
  idle_.WakeOne([this] { return !queue_.empty() || queue_.drained(); });
}

void* ThreadPool::ThreadMain(void* worker) {
  Worker& self = *static_cast<Worker*>(worker);
  current_pool = self.pool;
  current_name = self.name;
  pthread_setname_np(pthread_self(), KernelName(self.pool->options_.name, self.index).c_str());
  self.pool->Work(self);
  return nullptr;
}

// The rules of searching and sleeping are those of IdleWorkers.
void ThreadPool::Work(Worker& self) {
  bool worked = false;     // since it slept
  bool searching = false;  // is the searcher
  while (true) {
    PoolTask* task = queue_.Take();
    if (task == nullptr && std::exchange(worked, false) && spin_ > spin_.zero()) {
      searching = idle_.TryBeginSearch();
      if (searching) task = TakeWithinSpin();
    }
    if (task != nullptr) {
      if (std::exchange(searching, false)) {
        idle_.EndSearch();
        Notify();
      }
      self.Run(*task);
      worked = true;
      continue;
    }
    if (queue_.drained()) break;
    idle_.Announce(self.index, std::exchange(searching, false));
    Notify();
    idle_.Sleep(self.index);
    searching = true;
  }
  // The next one to end; it does the same. Publish: that the queue is drained, which this worker
  // may have made so, must be seen by whoever falls asleep after Notify has found nobody asleep.
  if (searching) idle_.EndSearch();
  idle_.Publish();
  Notify();
}

PoolTask* ThreadPool::TakeWithinSpin() {
  // Reading the clock costs about as much as some turns.
  constexpr int kTurns = 16;
  const auto end = std::chrono::steady_clock::now() + spin_;
  do {
    for (int turn = 0; turn < kTurns; ++turn) {
      if (queue_.maybe_ready()) {
        if (PoolTask* const task = queue_.Take(); task != nullptr) return task;
      }
      CpuRelax();
    }
    // Whoever makes the work may wait for this very processor.
    sched_yield();
  } while (std::chrono::steady_clock::now() < end);
  return nullptr;
}

void ThreadPool::Shutdown(Pending pending) {
  CHECK(current_pool != this) << "a task shuts its own pool \"" << options_.name
                              << "\" down, which would wait for the task";
  if (!queue_.Close()) {
    ended_.WaitForNotification();
    return;
  }
  if (pending == Pending::kDiscard) Discard();
  Notify();
  for (int i = 0; i < started_; ++i) pthread_join(workers_[i].thread, nullptr);
  ended_.Notify();
}

void ThreadPool::Discard() {
  const ThreadPool* const outer_pool = std::exchange(current_pool, this);
  for (Backoff backoff; !queue_.drained();) {
    if (PoolTask* const task = queue_.Take(); task != nullptr) {
      Count(discarded_);
      if (!FinishTask(*task, PoolTask::Outcome::kDiscarded, options_.name)) {
        Count(discard_exceptions_);
      }
    } else {
      backoff.Wait();  // for one that is accepted and about to be pushed
    }
  }
  current_pool = outer_pool;
}

Pool::Stats ThreadPool::stats() const {
  Stats stats;
  // Later steps of a task are read before earlier ones, so that no difference is ever negative.
  for (int i = 0; i < options_.threads; ++i) {
    const Worker& worker = workers_[i];
    stats.exceptions += worker.exceptions.load(std::memory_order_relaxed);
    stats.finished += worker.finished.load(std::memory_order_acquire);
  }
  stats.exceptions += discard_exceptions_.load(std::memory_order_relaxed);
  stats.discarded = discarded_.load(std::memory_order_acquire);
  stats.started = queue_.taken() - stats.discarded;
  stats.scheduled = queue_.accepted();
  stats.wakeups = idle_.woken();
  return stats;
}

absl::string_view ThreadPool::CurrentWorkerName() { return current_name; }

}  // namespace rondo
