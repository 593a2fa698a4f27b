// Worker threads.
#ifndef RONDO_POOL_THREAD_POOL_H_
#define RONDO_POOL_THREAD_POOL_H_

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "pool/idle_workers.h"
#include "pool/pool.h"
#include "pool/task_queue.h"

namespace rondo {

// A fixed number of threads that run tasks, for work that blocks or computes.
//
// Tasks start in the order in which one thread scheduled them. One new task wakes at most one
// thread, and none while a worker is looking for work anyway; an idle pool uses no processor time.
// A task that throws is logged and counted, and its worker lives on. Workers leave the process's
// signals to other threads.
//
// Thread safety: all of it; but Schedule must have returned before the destructor is called.
//
// Ownership: owns its threads, which end in Shutdown; owns no PoolTask.
//
//   absl::StatusOr<std::unique_ptr<ThreadPool>> pool = ThreadPool::Create({.threads = 2});
//   if (!pool.ok()) return pool.status();
//   absl::Status status = (*pool)->Schedule([] { LOG(INFO) << "on a worker"; });
//   (*pool)->Shutdown(ThreadPool::Pending::kRun);
class ThreadPool final : public Pool {
 public:
  static constexpr int kMaxThreads = 1024;
  static constexpr absl::Duration kMaxSpin = absl::Milliseconds(1);

  struct Options {
    int threads = 4;
    // How many waiting tasks are too many for TrySchedule. Schedule has no bound.
    int64_t max_queue = int64_t{1} << 20;
    // The threads are called pool0, pool1, ... A long name loses its end to the kernel's limit of
    // 15 characters.
    std::string name = "pool";
    // How long a worker that has run dry looks for more before it sleeps; only one at a time does.
    absl::Duration spin = absl::Microseconds(5);
    // What creates the threads, with the contract of pthread_create: for those who want other
    // attributes, and for tests.
    int (*create_thread)(pthread_t*, const pthread_attr_t*, void* (*)(void*),
                         void*) = &pthread_create;
  };

  // Returns when all threads exist.
  //
  // Errors: INVALID_ARGUMENT (`threads` not in 1..kMaxThreads, `max_queue` below 1, `spin` not in
  // 0..1 ms), RESOURCE_EXHAUSTED (the system refuses a thread; those created before have ended
  // again).
  static absl::StatusOr<std::unique_ptr<ThreadPool>> Create(Options options);

  // Shutdown(kRun).
  ~ThreadPool() override;

  using Pool::Schedule;
  absl::Status Schedule(PoolTask& task) override;
  absl::Status TrySchedule(PoolTask& task) override;
  void Shutdown(Pending pending) override;
  int thread_count() const override { return options_.threads; }
  Stats stats() const override;
  int64_t wakeups() const override { return idle_.woken(); }

  // Of the worker that calls it ("pool0"); empty on other threads.
  static absl::string_view CurrentWorkerName();

 private:
  struct Worker;

  explicit ThreadPool(Options options);

  absl::Status StartThreads();
  static void* ThreadMain(void* worker);
  void Work(Worker& self);
  PoolTask* TakeWithinSpin();
  // Wakes a worker for what its caller has just put or left in the queue.
  void Notify();
  void Discard();

  const Options options_;
  const std::chrono::nanoseconds spin_;
  const std::unique_ptr<Worker[]> workers_;
  int started_ = 0;  // workers that have a thread; constant after Create

  TaskQueue queue_;
  IdleWorkers idle_;

  // Written by the first Shutdown.
  std::atomic<int64_t> discarded_ = 0;
  std::atomic<int64_t> discard_exceptions_ = 0;
  absl::Notification ended_;  // every thread has ended
};

}  // namespace rondo

#endif  // RONDO_POOL_THREAD_POOL_H_
