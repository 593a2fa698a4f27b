// The poller that Poller::Create makes.
#ifndef RONDO_POLLER_EPOLL_POLLER_H_
#define RONDO_POLLER_EPOLL_POLLER_H_

#include <sys/epoll.h>

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "poller/poller.h"
#include "poller/readiness.h"
#include "poller/wake_fd.h"

namespace rondo {

// A Poller on epoll. The kernel keeps the address of each watcher. That is safe because the whole
// of a batch is in the ready queue before anyone is called: whoever is removed is removed from
// there too, and no stale event is left that could be delivered to the next owner of the fd.
class EpollPoller final : public Poller {
 public:
  // Errors: those of Poller::Create.
  static absl::StatusOr<std::unique_ptr<Poller>> Create();
  ~EpollPoller() override;

  void Wake() override { wake_.Wake(); }
  int fd() const override { return epoll_fd_; }
  void Arm() override { wake_.Arm(); }
  Stats stats() const override;

 private:
  EpollPoller() = default;

  absl::Status Open();
  absl::Status DoAdd(Watcher& watcher, int fd, Readiness interest, Trigger trigger) override;
  absl::Status DoModify(Watcher& watcher, Readiness interest) override;
  void DoRemove(Watcher& watcher) override;
  int DoWait(int64_t timeout_nanos, absl::Span<epoll_event> events) override;

  int WaitForEvents(int64_t timeout_nanos, absl::Span<epoll_event> events);

  int epoll_fd_ = -1;            // Constant after Open.
  bool has_nanoseconds_ = true;  // Until the kernel says that it has no epoll_pwait2.
  WakeFd wake_;                  // Its events carry a null address.
};

}  // namespace rondo

#endif  // RONDO_POLLER_EPOLL_POLLER_H_
