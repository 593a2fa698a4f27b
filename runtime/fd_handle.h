// An fd with a callback, owned.
#ifndef RONDO_RUNTIME_FD_HANDLE_H_
#define RONDO_RUNTIME_FD_HANDLE_H_

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "poller/poller.h"
#include "runtime/fd_watch.h"

namespace rondo {

// Owns an fd, watches it and says when it is closed.
//
// Loop thread only. Owns the fd; the loop outlives the handle. Destroying it closes the fd as
// Close does.
//
//   FdHandle handle(loop, fd, "console");
//   handle.OnClose([] { LOG(INFO) << "closed"; });
//   absl::Status status = handle.Start(Readiness::kReadable, [&](Readiness) { ... });
class FdHandle final : private FdWatch {
 public:
  // `description` stands in DumpActive.
  FdHandle(Loop& loop, int fd, std::string description);
  ~FdHandle() override;

  // Calls `ready` whenever the fd becomes ready for something in `interest`.
  // Errors: those of Poller::Add; FAILED_PRECONDITION when it is closed or watched already.
  absl::Status Start(Readiness interest, absl::AnyInvocable<void(Readiness)> ready,
                     Trigger trigger = Trigger::kEdge);
  using FdWatch::Ref;
  using FdWatch::Stop;
  using FdWatch::Unref;

  // Calls `hook` in the close phase of the turn in which the handle is closed, after the fd is
  // closed; several hooks in the order of these calls.
  // REQUIRES: the handle is not closed.
  void OnClose(absl::AnyInvocable<void() &&> hook);

  // Closes the fd. No readiness is delivered any more, even one that is due in this very
  // batch; only the hooks are called. Does nothing the second time.
  void Close();

  // The fd; -1 once it is closed.
  int fd() const { return fd_; }

 private:
  void OnReady(Readiness ready) override;
  std::string Describe() const override { return description_; }

  int fd_;
  std::string description_;
  absl::AnyInvocable<void(Readiness)> ready_;
  bool* destroyed_ = nullptr;  // While ready_ runs.
  std::vector<absl::AnyInvocable<void() &&>> hooks_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_FD_HANDLE_H_
