#include "plugins/net/socket.h"

#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "runtime/loop_timer.h"

namespace rondo::net::internal {
namespace {

constexpr Readiness kReadEnds = Readiness::kPeerClosed | Readiness::kHungUp | Readiness::kError;
constexpr Readiness kWriteEnds = Readiness::kHungUp | Readiness::kError;

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
    socket.retrying_ = false;
    return socket;
  }
  static void Expired(LoopTimer& timer) { End(timer).ServeLater(); }
  static void Discarded(LoopTimer& timer) { End(timer).MaybeDelete(); }

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
  ::close(open_fd);
  if (waiters_[0] != nullptr || waiters_[1] != nullptr) ServeLater();
}

void Socket::Release() {
  Close();
  released_ = true;
  MaybeDelete();
}

void Socket::MaybeDelete() {
  if (released_ && !queued_ && !serving_ && !retrying_) delete this;
}

void Socket::ServeLater() {
  if (queued_) return;
  queued_ = true;
  loop().Enqueue(*this);
}

void Socket::ServeAfterDelay() {
  if (retrying_) return;
  retrying_ = true;
  Retry::Start(*this);
}

void Socket::Run(LoopTask& task, Mode mode) {
  Socket& self = static_cast<Socket&>(task);
  self.queued_ = false;
  if (mode == Mode::kRun) {
    self.Serve(true, true);
  } else {
    self.MaybeDelete();
  }
}

void Socket::OnReady(Readiness ready) {
  const bool read = ready.Has(Readiness::kReadable | kReadEnds);
  const bool write = ready.Has(Readiness::kWritable | kWriteEnds);
  if (read) readable_ = true;
  if (write) writable_ = true;
  if (ready.Has(Readiness::kUrgent)) urgent_ = true;
  if (ready.Has(kReadEnds)) read_ends_ = true;
  if (ready.Has(kWriteEnds)) write_ends_ = true;
  Serve(read, write);
}

void Socket::Serve(bool read, bool write) {
  serving_ = true;
  // Each may take the other out.
  if (read && waiters_[0] != nullptr) waiters_[0]->OnReady(*this);
  if (write && waiters_[1] != nullptr) waiters_[1]->OnReady(*this);
  serving_ = false;
  MaybeDelete();
}

absl::Status Socket::ErrnoStatus(int code, absl::string_view operation) const {
  return absl::ErrnoToStatus(code, absl::StrCat(operation, " ", address_));
}

bool SocketOperation::Suspend(std::coroutine_handle<> handle, TaskScope& scope) {
  handle_ = handle;
  suspended_ = true;
  socket_->SetWaiter(direction_, this);
  if (scope.cancelled()) {
    OnCancel(scope.status());
  } else {
    scope.Add(*this);
  }
  return true;
}

void SocketOperation::OnReady(Socket& socket) {
  if (cancelled_) {
    // The outcome is there.
  } else if (socket.closed()) {
    Fail(
        absl::CancelledError(absl::StrCat(name(), " ", socket.address(), ": closed by this side")));
  } else if (!Try()) {
    return;
  }
  Remove();
  suspended_ = false;
  socket.SetWaiter(direction_, nullptr);
  handle_.resume();
}

void SocketOperation::OnCancel(const absl::Status& status) {
  cancelled_ = true;
  Fail(status);
  // Through the loop, also when the scope was cancelled before: a coroutine that does not look at
  // the status must not starve the others.
  socket_->ServeLater();
}

absl::Status SocketOperation::Busy() const {
  return absl::FailedPreconditionError(
      absl::StrCat(name(), " ", socket_->address(), ": another coroutine or callback does so"));
}

}  // namespace rondo::net::internal
