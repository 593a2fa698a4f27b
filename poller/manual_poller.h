// A poller whose fds become ready when it is told so.
#ifndef RONDO_POLLER_MANUAL_POLLER_H_
#define RONDO_POLLER_MANUAL_POLLER_H_

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "poller/poller.h"
#include "poller/readiness.h"

namespace rondo {

// A Poller for tests and simulation. It makes no system call: an fd is any number that is not
// negative, and it is ready when MakeReady says so. It never sleeps: in place of sleeping it
// calls a function, which may move a clock on, make fds ready, wake the poller or stop the test.
//
// Thread safety and ownership: as of every Poller. The function is called by Wait.
//
//   ManualPoller poller([&clock](int64_t timeout_nanos) {
//     if (timeout_nanos > 0) clock.Advance(absl::Nanoseconds(timeout_nanos));
//   });
//   absl::Status status = poller.Add(watcher, 7);
//   poller.MakeReady(7, Readiness::kReadable);
//   status = poller.Wait(-1);  // does not sleep, hence calls the function with 0
class ManualPoller final : public Poller {
 public:
  // What is called by each Wait, with the time for which it would sleep: 0 when it would only
  // look, negative when without end. Wait then returns, whether or not anything is ready.
  using Sleep = std::function<void(int64_t timeout_nanos)>;

  explicit ManualPoller(Sleep sleep = nullptr) : sleep_(std::move(sleep)) {}
  ~ManualPoller() override = default;

  // Makes `fd` ready for `ready`, which the current or the next Wait finds: once, whatever the
  // trigger. False, and without effect, when nobody watches `fd` for any of it.
  bool MakeReady(int fd, Readiness ready);

  void Wake() override { woken_.exchange(true); }
  // There is no fd: -1, and nothing to arm.
  int fd() const override { return -1; }
  void Arm() override {}

 private:
  struct Watch {
    Watcher* watcher;
    Readiness interest;
    Readiness ready;  // What the next Wait finds.
  };

  absl::Status DoAdd(Watcher& watcher, int fd, Readiness interest, Trigger trigger) override;
  absl::Status DoModify(Watcher& watcher, Readiness interest) override;
  void DoRemove(Watcher& watcher) override;
  int DoWait(int64_t timeout_nanos, absl::Span<epoll_event> events) override;

  const Sleep sleep_;
  absl::flat_hash_map<int, Watch> watches_;
  std::vector<int> ready_fds_;  // In the order of MakeReady. Some may be watched no longer.
  // Whether Wake was called since the last Wait. Set by Wake, reset by Wait. Both by exchange, so
  // that what was done before Wake is seen after Wait.
  std::atomic<bool> woken_ = false;
};

}  // namespace rondo

#endif  // RONDO_POLLER_MANUAL_POLLER_H_
