#include "pool/manual_pool.h"

#include <atomic>
#include <cstdint>

#include "pool/backoff.h"
#include "pool/finish_task.h"
#include "pool/pool.h"

namespace rondo {

ManualPool::~ManualPool() { Shutdown(Pending::kRun); }

bool ManualPool::RunOne() {
  PoolTask* const task = queue_.Take();
  if (task == nullptr) return false;
  if (!FinishTask(*task, PoolTask::Outcome::kRun, "ManualPool")) exceptions_.fetch_add(1);
  finished_.fetch_add(1);
  return true;
}

int64_t ManualPool::RunAll() {
  int64_t count = 0;
  while (RunOne()) ++count;
  return count;
}

void ManualPool::Shutdown(Pending pending) {
  queue_.Close();
  // A task that another thread is just scheduling is waited for.
  for (Backoff backoff; !queue_.drained();) {
    if (pending == Pending::kDiscard ? DiscardOne() : RunOne()) continue;
    backoff.Wait();
  }
}

bool ManualPool::DiscardOne() {
  PoolTask* const task = queue_.Take();
  if (task == nullptr) return false;
  discarded_.fetch_add(1);
  if (!FinishTask(*task, PoolTask::Outcome::kDiscarded, "ManualPool")) exceptions_.fetch_add(1);
  return true;
}

Pool::Stats ManualPool::stats() const {
  Stats stats;
  // Later steps of a task are read before earlier ones, so that no difference is ever negative.
  stats.exceptions = exceptions_.load();
  stats.finished = finished_.load();
  stats.discarded = discarded_.load();
  stats.started = queue_.taken() - stats.discarded;
  stats.scheduled = queue_.accepted();
  return stats;
}

}  // namespace rondo
