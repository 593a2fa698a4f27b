// Which workers of a pool sleep, and which one looks for work.
#ifndef RONDO_POOL_IDLE_WORKERS_H_
#define RONDO_POOL_IDLE_WORKERS_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/base/optimization.h"
#include "pool/parker.h"

namespace rondo {

// Wakes at most one worker for one piece of work, and none while another is about to find it.
//
// A worker that has run dry either searches (looks again and again, for a moment) or sleeps. At
// most one searches; a worker that is woken searches from the moment it was chosen. The rules:
//
//   1. Who makes work calls WakeOne afterwards. It does nothing when a worker searches already.
//   2. A searcher that finds work calls EndSearch before it does the work, and then WakeOne, for
//      the rest of the work: the search was the reason that others woke nobody for it.
//   3. A worker calls Announce before it sleeps, then WakeOne, which may choose this very worker,
//      and then Sleep in any case.
//
// Why no wake-up is lost: making work, finding that there is none, and all changes in here are
// sequentially consistent. Consider the end of a search, by EndSearch or Announce, or the start of
// a sleep. Work made before it, in that order, is seen by the WakeOne that follows it. Who makes
// work after it sees in his WakeOne that nobody searches, or that someone else does, to whose end
// the same applies; and if nobody sleeps either, every worker will look for work before it does.
//
// Why no thread is woken in vain: WakeOne looks for work after it has read that nobody searches,
// and its choice fails if the sleepers have changed since. So from the end of one search to the end
// of the next one that a wake-up began there was work, and it was taken, by the woken worker or by
// one that was faster. Wake-ups are never more than pieces of work.
//
// The one that slept least is woken first: its caches are warm, and the others stay asleep.
//
// Thread safety: WakeOne: any thread. The others: the thread of the worker that they are about.
class IdleWorkers {
 public:
  // Workers are numbered from 0, fewer than 2^16.
  explicit IdleWorkers(int workers);

  // Wakes the worker that slept least and makes it the searcher; does nothing when there is a
  // searcher, none sleeps, or `has_work()`, a seq_cst look, is false.
  template <typename HasWork>
  void WakeOne(HasWork has_work) {
    uint64_t state = state_.load();
    while ((state & kTopMask) != 0 && (state & kSearching) == 0) {
      Worker& top = workers_[(state & kTopMask) - 1];
      // Relaxed: `state` was read after the Announce that wrote it, or is out of date.
      const uint64_t next = top.next.load(std::memory_order_relaxed);
      if (!has_work()) return;
      const uint64_t without_top = ((state & ~kTopMask) | next | kSearching) + kOneChange;
      if (state_.compare_exchange_strong(state, without_top)) {
        woken_.fetch_add(1, std::memory_order_relaxed);
        top.parker.Unpark();
        return;
      }
    }
  }

  // How often WakeOne has woken somebody.
  int64_t woken() const { return woken_.load(std::memory_order_relaxed); }

  // Makes the caller the searcher; false if there is one.
  bool TryBeginSearch() { return (state_.fetch_or(kSearching) & kSearching) == 0; }
  // REQUIRES: the caller is the searcher.
  void EndSearch() { state_.fetch_and(~kSearching); }

  // What the caller has done is seen by the WakeOne of any worker that announces itself later.
  void Publish() { state_.fetch_or(0); }

  // Declares that `worker` is about to sleep, and, if it is the searcher, that it is no more.
  void Announce(int worker, bool searching);
  // Sleeps until chosen by WakeOne, maybe before the call. Then the caller is the searcher.
  void Sleep(int worker) { workers_[worker].parker.Park(); }

 private:
  struct alignas(ABSL_CACHELINE_SIZE) Worker {
    Parker parker;
    // The sleeper below this one in the stack, numbered as the top. Written by Announce.
    std::atomic<uint32_t> next = 0;
  };

  static constexpr uint64_t kTopMask = 0xffff;
  static constexpr uint64_t kSearching = 0x10000;
  static constexpr uint64_t kOneChange = 0x20000;

  const std::unique_ptr<Worker[]> workers_;

  // The stack of sleepers. kTopMask: its top, numbered from 1; zero when empty. kSearching: whether
  // there is a searcher. The rest counts the changes of the stack, so that an exchange fails whose
  // `next` is out of date. Written by all, with seq_cst read-modify-writes only.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<uint64_t> state_ = 0;
  // Written by those who wake. Relaxed: a count.
  std::atomic<int64_t> woken_ = 0;
};

}  // namespace rondo

#endif  // RONDO_POOL_IDLE_WORKERS_H_
