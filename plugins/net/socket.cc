#include "plugins/net/socket.h"

#include <unistd.h>

#include <utility>

#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "runtime/loop_timer.h"

namespace rondo::net::internal {
namespace {

constexpr absl::Duration kRetryDelay = absl::Milliseconds(5);

}  // namespace

// Serves a socket once, later. Owns itself, for few sockets ever need one; the socket waits for it.
class Socket::Retry final : private LoopTimer {
 public:
  static void Start(Socket& socket) {
    auto* retry = new Retry(socket);
    retry->Unref();  // The socket itself keeps the loop alive.
    retry->LoopTimer::Start(kRetryDelay);
  }

 private:
  explicit Retry(Socket& socket) : LoopTimer(socket.loop(), kType), socket_(socket) {}

  static Socket& End(LoopTimer& timer) {
    auto* retry = static_cast<Retry*>(&timer);
    Socket& socket = retry->socket_;
    delete retry;
    return socket;
  }
  static void Expired(LoopTimer& timer) {
    Socket& socket = End(timer);
    socket.ServeLater();
    socket.Drop(kRetrying);
  }
  static void Discarded(LoopTimer& timer) { End(timer).Drop(kRetrying); }

  static const Type kType;

  Socket& socket_;
};

const LoopTimer::Type Socket::Retry::kType = {
    .expired = &Expired, .discarded = &Discarded, .label = "socket", .listed = false};

Socket::~Socket() {
  DCHECK(closed());
  for (Waiter* waiter : waiters_) {
    if (waiter != nullptr) waiter->OnGone();
  }
}

absl::Status Socket::Open(OwnedFd& fd, Readiness interest) {
  absl::Status status = Start(fd.get(), interest, Trigger::kEdge);
  if (status.ok()) {
    fd.Release();
    return status;
  }
  return absl::Status(status.code(), absl::StrCat(Describe(), ": ", status.message()));
}

void Socket::Close() {
  if (closed()) return;
  const int open_fd = fd();
  Stop();
  ready_ = Readiness();
  ::close(open_fd);
  if (waiters_[0] != nullptr || waiters_[1] != nullptr) ServeLater();
}

void Socket::Release() {
  Close();
  Drop(kOwned);
}

void Socket::ServeLater() {
  if ((holds_ & kQueued) != 0) return;
  holds_ |= kQueued;
  loop().Enqueue(*this);
}

void Socket::ServeAfterDelay() {
  if ((holds_ & kRetrying) != 0) return;
  holds_ |= kRetrying;
  Retry::Start(*this);
}

void Socket::Run(LoopTask& task, Mode mode) {
  Socket& self = static_cast<Socket&>(task);
  if (mode == Mode::kDiscard) return self.Drop(kQueued);
  self.holds_ &= static_cast<uint8_t>(~kQueued);
  if (self.closed()) return self.ServeClosed();
  self.Serve(Readiness::kReadable | Readiness::kWritable);
}

void Socket::OnReady(Readiness ready) {
  if (ABSL_PREDICT_FALSE(ready.Has(kReadEnds))) {
    // An end is there to be read, or to be written against.
    ready |= Readiness::kReadable;
    if (ready.Has(kWriteEnds)) ready |= Readiness::kWritable;
  }
  ready_ |= ready;
  Serve(ready);
}

void Socket::ServeClosed() {
  holds_ |= kServing;
  // Each may take the other out.
  if (waiters_[0] != nullptr) waiters_[0]->OnClosed(*this);
  if (waiters_[1] != nullptr) waiters_[1]->OnClosed(*this);
  Drop(kServing);
}

bool Socket::AdmitMore() {
  calls_left_ = 0;
  const auto turn = static_cast<uint8_t>(loop().turn());
  if (turn == turn_) {
    ServeLater();
    return false;
  }
  turn_ = turn;
  calls_left_ = kCallsPerTurn - 1;
  return true;
}

absl::Status Socket::ErrnoStatus(int code, absl::string_view operation) const {
  return absl::ErrnoToStatus(code, absl::StrCat(operation, " ", Subject()));
}

void SocketOperation::Suspend(std::coroutine_handle<> handle, TaskScope& scope) {
  suspension_.emplace(*this, handle);
  socket_->SetWaiter(direction_, this);
  if (scope.cancelled()) {
    Cancel(scope.status());
  } else {
    scope.Add(*suspension_);
  }
}

void SocketOperation::Cancel(const absl::Status& status) {
  suspension_->cancelled = true;
  Fail(status);
  // Through the loop, also when the scope was cancelled before: a coroutine that does not look at
  // the status must not starve the others.
  socket_->ServeLater();
}

bool SocketOperation::FailAsBusy() {
  Fail(absl::FailedPreconditionError(
      absl::StrCat(name(), " ", socket_->Subject(), ": another coroutine or callback does so")));
  return true;
}

void SocketOperation::OnClosed(Socket& socket) {
  if (!cancelled()) {
    Fail(
        absl::CancelledError(absl::StrCat(name(), " ", socket.Subject(), ": closed by this side")));
  }
  Resume(socket);
}

}  // namespace rondo::net::internal
