// What every socket of this plugin is made of. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_NET_SOCKET_H_
#define RONDO_PLUGINS_NET_SOCKET_H_

#include <array>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "runtime/fd_watch.h"
#include "runtime/loop.h"
#include "runtime/loop_task.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {

class Socket;

enum class Direction : uint8_t { kRead, kWrite };

// Waits for one direction of a socket, from Socket::SetWaiter on.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // The direction may be usable. Called now and then for nothing. It may take itself out, close the
  // socket, and destroy both.
  virtual void OnReady(Socket& socket) = 0;

  // This side has closed the socket. It takes itself out, and may destroy both.
  virtual void OnClosed(Socket& socket) = 0;

  // The socket goes away, with this still in it, because the loop does.
  virtual void OnGone() = 0;

 protected:
  ~Waiter() = default;
};

// A callback for the life of a socket. Owns itself.
template <typename F>
class CallbackWaiter final : public Waiter {
 public:
  explicit CallbackWaiter(F f) : f_(std::move(f)) {}

  void OnReady(Socket&) override { f_(); }
  void OnClosed(Socket& socket) override;
  void OnGone() override { delete this; }

 private:
  F f_;
};

// A non-blocking socket on a loop, registered there once and edge-triggered: what epoll has told
// is kept here, so that a direction is known to be ready, or not to be, without asking.
//
// Loop thread only. Owns its fd. Lives on the heap and frees itself once its owner has released
// it and nothing of it is queued, timed or running, so that any callback may do away with it.
class Socket : public FdWatch, private LoopTask {
 public:
  struct Releaser {
    void operator()(Socket* socket) const { socket->Release(); }
  };

  // Registers `fd` and takes it over; after an error it is still the caller's. What it is ready for
  // is not known yet, so that each direction is tried once. Errors: those of FdWatch::Start.
  absl::Status Open(OwnedFd& fd, Readiness interest);

  // Closes the fd. Whoever waits is told by the loop, and finds it closed.
  void Close();
  bool closed() const { return !watched(); }

  // At most one for each direction; null: none.
  Waiter* waiter(Direction d) const { return waiters_[static_cast<int>(d)]; }
  void SetWaiter(Direction d, Waiter* waiter) { waiters_[static_cast<int>(d)] = waiter; }

  // Calls `f` now and then while the socket is open: whenever the direction may be usable.
  // REQUIRES: nobody waits for it.
  template <typename F>
  void SetCallback(Direction d, F f) {
    CHECK(waiter(d) == nullptr) << Describe() << ": somebody waits for this direction";
    if (closed()) return;
    SetWaiter(d, new CallbackWaiter<F>(std::move(f)));
    ServeLater();
  }

  // Calls the waiters once more, in the pending phase.
  void ServeLater();

  // As ServeLater, but in a few milliseconds: for what epoll will not tell of.
  void ServeAfterDelay();

  // The peer, or for a listener its own address; of IP sockets only.
  const Address& address() const { return address_; }
  // What errors call it: the address, unless it is a socket that has none.
  virtual std::string Subject() const { return address_.ToString(); }

  // For who looks at it now and then and does not own it: it stays, be it closed, until Unwatch.
  // One at a time.
  void Watch() { holds_ |= kWatched; }
  void Unwatch() { Drop(kWatched); }

  // `code` as errno gives it, `operation` and the subject.
  absl::Status ErrnoStatus(int code, absl::string_view operation) const;

 protected:
  Socket(Loop& loop, const Address& address) : FdWatch(loop), LoopTask(&Run), address_(address) {}
  ~Socket() override;

  // Whether one more system call may be made in this turn; if not, the waiters are served in the
  // next. One socket that always is ready thus leaves the others their share.
  bool Admit() { return --calls_left_ >= 0 || AdmitMore(); }

  // What ends a direction, and no event will come after it.
  static constexpr Readiness kReadEnds =
      Readiness::kPeerClosed | Readiness::kHungUp | Readiness::kError;
  static constexpr Readiness kWriteEnds = Readiness::kHungUp | Readiness::kError;

  // Whether a call has a chance: not once it got EAGAIN or less than it asked for, until epoll says
  // otherwise.
  bool readable() const { return ready_.Has(Readiness::kReadable); }
  bool writable() const { return ready_.Has(Readiness::kWritable); }

  // An idle connection is counted in bytes: the largest members come first, and the last ones
  // share a word with those of the derived class.
  std::array<Waiter*, 2> waiters_ = {};
  Address address_;

  // What epoll has told since the socket was opened, less kReadable and kWritable where a call has
  // found out better since; nothing once it is closed. kUrgent is told before a recv can stop in
  // front of urgent data with nothing further to be told: what comes later is told of as it comes.
  Readiness ready_ = Readiness::kReadable | Readiness::kWritable;

 private:
  // The rest of one turn's calls may be used in another, for the turn is asked for only when they
  // are used up: some turns have up to twice as many.
  static constexpr int8_t kCallsPerTurn = 64;

  class Retry;

  static void Run(LoopTask& task, Mode mode);
  void OnReady(Readiness ready) final;
  // Why it must live on; bits of holds_.
  enum Hold : uint8_t {
    kOwned = 1,     // Not released yet.
    kQueued = 2,    // As a LoopTask.
    kServing = 4,   // A waiter runs.
    kRetrying = 8,  // There is a Retry.
    kWatched = 16,  // See Watch.
  };

  // Calls the waiters for what is kReadable and kWritable. May delete this.
  void Serve(Readiness ready) {
    holds_ |= kServing;
    if (ready.Has(Readiness::kReadable) && waiters_[0] != nullptr) waiters_[0]->OnReady(*this);
    // The first may have taken the other out, or closed the socket.
    if (ready.Has(Readiness::kWritable) && waiters_[1] != nullptr && !closed()) {
      waiters_[1]->OnReady(*this);
    }
    Drop(kServing);
  }
  // Tells the waiters that it is closed. May delete this.
  void ServeClosed();
  bool AdmitMore();
  void Release();
  // May delete this.
  void Drop(Hold hold) {
    holds_ &= static_cast<uint8_t>(~hold);
    if (holds_ == 0) delete this;
  }

  uint8_t holds_ = kOwned;
  int8_t calls_left_ = 0;
  uint8_t turn_ = 0;  // The low bits of the turn for which calls_left_ was set last.
};

template <typename F>
void CallbackWaiter<F>::OnClosed(Socket& socket) {
  for (const Direction d : {Direction::kRead, Direction::kWrite}) {
    if (socket.waiter(d) == this) socket.SetWaiter(d, nullptr);
  }
  delete this;
}

// One operation that a coroutine awaits: tried at once, and only if that is no use suspended
// until it can be done, the socket is closed or the scope is cancelled. What suspending needs is
// made then.
//
// A temporary of a co_await expression: loop thread only, and the socket's owner stays until the
// coroutine is suspended.
class SocketOperation : private Waiter {
 public:
  bool await_ready() { return IsBusy() || Try(); }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    Suspend(handle, *handle.promise().scope());
  }

 protected:
  SocketOperation(Socket& socket, Direction direction) : socket_(&socket), direction_(direction) {}
  ~SocketOperation() {
    if (suspension_.has_value() && socket_ != nullptr) socket_->SetWaiter(direction_, nullptr);
  }

  // Makes the system calls. True when the outcome is there, be it an error.
  virtual bool Try() = 0;
  // Makes `status` the outcome.
  virtual void Fail(absl::Status status) = 0;
  // "read", "accept".
  virtual absl::string_view name() const = 0;

  // For a derived class whose Try is to be inlined where it is called.
  //   bool await_ready() { return IsBusy() || TryInline(); }
  //   void OnReady(Socket& socket) override { if (cancelled() || TryInline()) Resume(socket); }
  void OnReady(Socket& socket) override {
    if (cancelled() || Try()) Resume(socket);
  }
  // Whether somebody else waits, which has been made the outcome.
  bool IsBusy() { return socket_->waiter(direction_) != nullptr && FailAsBusy(); }
  // While it is suspended: whether it was cancelled, which has been made the outcome.
  bool cancelled() const { return suspension_->cancelled; }
  void Resume(Socket& socket) {
    const std::coroutine_handle<> handle = suspension_->handle;
    suspension_.reset();
    socket.SetWaiter(direction_, nullptr);
    handle.resume();
  }

 private:
  struct Suspension final : TaskScope::Hook {
    Suspension(SocketOperation& o, std::coroutine_handle<> h) : operation(o), handle(h) {}
    void OnCancel(const absl::Status& status) override { operation.Cancel(status); }

    SocketOperation& operation;
    const std::coroutine_handle<> handle;
    bool cancelled = false;  // With the outcome set.
  };

  void Suspend(std::coroutine_handle<> handle, TaskScope& scope);
  void OnClosed(Socket& socket) final;
  void OnGone() final { socket_ = nullptr; }
  void Cancel(const absl::Status& status);
  bool FailAsBusy();  // True.

  Socket* socket_;
  std::optional<Suspension> suspension_;
  const Direction direction_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_SOCKET_H_
