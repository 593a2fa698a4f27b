// Waits for file descriptors.
#ifndef RONDO_POLLER_POLLER_H_
#define RONDO_POLLER_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "poller/intrusive_list.h"
#include "poller/readiness.h"

namespace rondo {

enum class Trigger : uint8_t {
  kEdge,   // Tells each change once: for one who uses the fd until EAGAIN.
  kLevel,  // Tells again while it lasts: for a library that may leave data unread.
};

class Poller;
struct WatchedList;

// One who watches an fd: derive from it, and give it to Poller::Add.
//
// Belongs to the poller's thread. Owns its registration with the poller, not the fd: destroying
// it, or Poller::Remove, ends the registration, and nothing is told to it any more, even what
// was due already. It may be destroyed inside its own OnReady, and may outlive the poller.
// An idle connection is counted in bytes, hence so are its members.
class Watcher : private ListNode<WatchedList> {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher();

  // Tells what the fd has become ready for. Called by whoever runs the poller.
  virtual void OnReady(Readiness ready) = 0;

  bool watched() const { return poller_ != nullptr; }
  // The fd that is watched; -1 when none is.
  int fd() const { return fd_; }
  Trigger trigger() const { return trigger_; }

 private:
  friend class Poller;
  friend class IntrusiveList<Watcher, WatchedList>;

  Poller* poller_ = nullptr;
  int fd_ = -1;
  Trigger trigger_ = Trigger::kEdge;
};

// Waits for many fds at once, for a time given in nanoseconds, and can be woken. Reads no clock
// and calls nobody: what has become ready waits in a queue until it is taken.
//
// Thread safety: Wake may be called from any thread. Everything else, the destructor included,
// belongs to one thread at a time, and the destructor must not run before each Wake has returned.
//
// Ownership: owns neither watchers nor fds. Remove a watcher before its fd is closed: a duplicate
// of a closed fd elsewhere would go on reporting to the watcher, and the number may get a new
// owner. A watcher that is left when the poller is destroyed is no longer watched.
//
//   class Console final : public Watcher {
//    public:
//     void OnReady(Readiness) override { ... read until EAGAIN ... }
//   };
//
//   Console console;
//   absl::Status status = poller->Add(console, fd);
//   while (status.ok()) {
//     status = poller->Wait(timeout_nanos);
//     Readiness ready;
//     while (Watcher* watcher = poller->TakeReady(ready)) watcher->OnReady(ready);
//   }
class Poller {
 public:
  // What can be asked for. kHungUp and kError are told in any case.
  static constexpr Readiness kAllInterest =
      Readiness::kReadable | Readiness::kUrgent | Readiness::kWritable | Readiness::kPeerClosed;

  // Counts since the poller was made.
  struct Stats {
    int64_t waits = 0;        // Calls of Wait.
    int64_t events = 0;       // What they found, wake-ups included.
    int64_t changes = 0;      // Calls of Add, Modify and Remove that reached the kernel.
    int64_t wake_writes = 0;  // System calls made by Wake.
  };

  // A poller on epoll.
  // Errors: RESOURCE_EXHAUSTED (no free fd, no memory).
  static absl::StatusOr<std::unique_ptr<Poller>> Create();

  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  virtual ~Poller();

  // Begins to watch `fd`. What it is ready for already counts as a change: the next Wait finds
  // it. The defaults serve for the whole life of a stream, without another call until Remove.
  // Errors: INVALID_ARGUMENT (not an open fd, or the poller's own); ALREADY_EXISTS (the fd is
  // watched, or the watcher watches one); FAILED_PRECONDITION (a regular file or a directory:
  // always ready); RESOURCE_EXHAUSTED (the user's limit of watches, no memory).
  absl::Status Add(Watcher& watcher, int fd, Readiness interest = kAllInterest,
                   Trigger trigger = Trigger::kEdge);

  // Changes what is watched for. The next Wait finds anew what the fd is ready for already, and
  // of what is due now only what is still of interest will be told.
  // Errors: FAILED_PRECONDITION (not watched by this poller); INVALID_ARGUMENT, NOT_FOUND (the
  // fd was closed meanwhile); RESOURCE_EXHAUSTED.
  absl::Status Modify(Watcher& watcher, Readiness interest);

  // Ends the watch, if there is one. Whatever was due is not told.
  // REQUIRES: no other poller watches it.
  void Remove(Watcher& watcher);

  // Waits until an fd is ready, Wake is called or `timeout_nanos` have passed, and queues for
  // TakeReady what is ready. A timeout of 0 only looks; a negative one has no end. Does not sleep
  // either while something is queued, nor when Wake was called since the last Wait.
  //
  // May be early: a signal ends it with OK and nothing ready. Whoever needs the whole time asks a
  // clock, and waits again for what is left.
  // Errors: those of epoll_wait; none in a correct program.
  absl::Status Wait(int64_t timeout_nanos);

  // Takes from the queue the next who is to be told, and what; null when it is empty.
  Watcher* TakeReady(Readiness& ready) {
    while (next_due_ != end_due_) {
      const epoll_event& event = *next_due_++;
      if (event.data.ptr == nullptr) continue;
      ready = ToReadiness(event);
      return static_cast<Watcher*>(event.data.ptr);
    }
    return nullptr;
  }
  bool has_ready() const;

  // Makes the Wait that is going on, or else the next one, return early. Whatever happened before
  // Wake happens before that Wait returns: what one thread publishes, by any means, and then
  // wakes for, the other finds if it looks after each Wait, Wait(0) included. Many calls are one:
  // at most one makes a system call for one sleep, and none while the poller is awake.
  virtual void Wake() = 0;

  // For embedding in another loop: readable when Wait would find an fd ready or, after Arm, when
  // Wake was called. Does not show what is in the queue.
  virtual int fd() const = 0;

  // From now until the next Wait, Wake makes fd() readable. One that was called since the last
  // Wait does it at once.
  virtual void Arm() = 0;

  size_t watcher_count() const { return watcher_count_; }
  // Calls `f` with every watcher, in the order in which they were added. `f` must not add or
  // remove any.
  void ForEachWatcher(absl::FunctionRef<void(const Watcher&)> f) const;

  virtual Stats stats() const { return stats_; }

 protected:
  Poller() = default;

 private:
  // How many events can be due. More wait in the kernel, in turn.
  static constexpr size_t kMaxDue = 256;

  static Readiness ToReadiness(const epoll_event& event) {
    return Readiness::FromBits(static_cast<uint16_t>(event.events));
  }
  // What a kind of poller implements. The public functions have checked the arguments; they also
  // keep the lists, after DoAdd and DoRemove. A poller that is destroyed removes nobody.
  virtual absl::Status DoAdd(Watcher& watcher, int fd, Readiness interest, Trigger trigger) = 0;
  virtual absl::Status DoModify(Watcher& watcher, Readiness interest) = 0;
  virtual void DoRemove(Watcher& watcher) = 0;
  // Writes at most events.size() events, which may be none, to `events`, each with the address of
  // its watcher or with null for a wake-up. Returns how many, or the errno, negative.
  virtual int DoWait(int64_t timeout_nanos, absl::Span<epoll_event> events) = 0;

  void Detach(Watcher& watcher);
  // What is due of `watcher`, which is at most one event; null when nothing is.
  epoll_event* FindDue(const Watcher& watcher);
  // Moves what was not taken to the front of the queue; returns how much that is.
  size_t KeepUntaken();
  // Tells whoever is among the first `kept` events and behind them as well only once.
  void MergeInto(size_t kept);

  IntrusiveList<Watcher, WatchedList> watched_;
  // The ready queue: from next_due_ to end_due_, as the kernel has written it there, so that
  // nothing is copied or linked for an event. Whoever is removed is replaced by null.
  std::array<epoll_event, kMaxDue> due_;
  epoll_event* next_due_ = due_.data();
  epoll_event* end_due_ = due_.data();
  size_t watcher_count_ = 0;
  Stats stats_;
};

}  // namespace rondo

#endif  // RONDO_POLLER_POLLER_H_
