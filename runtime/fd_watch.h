// An fd that a Loop watches.
#ifndef RONDO_RUNTIME_FD_WATCH_H_
#define RONDO_RUNTIME_FD_WATCH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
// For Readiness and Trigger: who derives from FdWatch need not depend on //poller.
#include "poller/poller.h"  // IWYU pragma: export

namespace rondo {

class Loop;

// Watches an fd on a loop: derive from it and implement OnReady, which the loop calls in its
// poll phase. An active watch keeps the loop alive unless it is unreferenced.
//
// Loop thread only. Owns neither the loop, which outlives it, nor the fd, which must stay open
// until Stop (FdHandle owns its fd as well). Destroying it stops it; no event reaches it after.
//
//   class Prompt final : public FdWatch {
//    public:
//     using FdWatch::FdWatch;
//     void OnReady(Readiness) override { ... read until EAGAIN ... }
//     std::string Describe() const override { return "prompt"; }
//   };
class FdWatch : public Watcher {
 public:
  explicit FdWatch(Loop& loop) : loop_(loop) {}
  ~FdWatch() override;

  // Begins to watch. With Trigger::kEdge one registration serves for the fd's life: OnReady is
  // told once of each change, so the fd is then used until EAGAIN.
  // Errors: those of Poller::Add.
  absl::Status Start(int fd, Readiness interest, Trigger trigger = Trigger::kEdge);

  // Changes what is watched for, of an active level-triggered watch.
  absl::Status Modify(Readiness interest);

  // Ends it; an event that was due is not delivered. Does nothing to one that is not active.
  void Stop();

  void Ref();
  void Unref();
  bool referenced() const { return referenced_; }

  // For DumpActive: what is watched, in a few words.
  virtual std::string Describe() const = 0;
  // When it was started, by the loop's clock.
  int64_t started_nanos() const { return started_nanos_; }

  Loop& loop() const { return loop_; }

 private:
  Loop& loop_;
  int64_t started_nanos_ : 63 = 0;
  bool referenced_ : 1 = true;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_FD_WATCH_H_
