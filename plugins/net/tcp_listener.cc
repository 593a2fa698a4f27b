#include "plugins/net/tcp_listener.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/connection.h"

namespace rondo::net::internal {
namespace {

constexpr absl::Duration kFirstDelay = absl::Milliseconds(5);
constexpr absl::Duration kLastDelay = absl::Seconds(1);

// What is wrong with this one connection, before it was accepted. Linux reports errors that the
// network already has for it, too.
bool ConnectionIsGone(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:  // A firewall does not want it.
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

bool MayPass(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Loop& loop, const Address& address)
    : Socket(loop, address), retry_(loop, [this] { ServeLater(); }) {
  // The listener itself keeps the loop alive.
  retry_.Unref();
}

absl::StatusOr<AcceptorPtr> Acceptor::Open(Loop& loop, OwnedFd fd, const Address& address) {
  AcceptorPtr acceptor(new Acceptor(loop, address));
  absl::Status status = acceptor->Socket::Open(fd, Readiness::kReadable);
  if (!status.ok()) return status;
  return acceptor;
}

std::optional<absl::StatusOr<TcpStream>> Acceptor::Accept() {
  if (closed()) {
    return absl::FailedPreconditionError(
        absl::StrCat("accept on ", address(), ": the listener is closed"));
  }
  while ((accepted_.has_value() || readable()) && !retry_.scheduled() && Admit()) {
    if (accepted_.has_value() || Take()) {
      absl::StatusOr<TcpStream> stream = Register();
      if (stream.ok()) return stream;
      RetryLater(stream.status());
    } else if (const int error = errno; error == EAGAIN) {
      ready_ = ready_.Without(Readiness::kReadable);
    } else if (MayPass(error)) {
      RetryLater(ErrnoStatus(error, "accept on"));
    } else if (!ConnectionIsGone(error)) {
      return ErrnoStatus(error, "accept on");
    }
  }
  return std::nullopt;
}

bool Acceptor::Take() {
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* peer = reinterpret_cast<sockaddr*>(&storage);
  OwnedFd fd(::accept4(this->fd(), peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.ok()) return false;
  accepted_.emplace(std::move(fd), Address::FromSockaddr(peer, size).value_or(Address()));
  return true;
}

absl::StatusOr<TcpStream> Acceptor::Register() {
  absl::StatusOr<ConnectionPtr> connection =
      Connection::Open(loop(), accepted_->fd, accepted_->peer, Connection::kConnected);
  if (!connection.ok()) return connection.status();
  accepted_.reset();
  delay_ = absl::ZeroDuration();
  return TcpStream(*std::move(connection));
}

void Acceptor::Close() {
  accepted_.reset();
  Socket::Close();
}

// The kernel does not tell when there are descriptors again, and is not asked all the time.
void Acceptor::RetryLater(const absl::Status& why) {
  delay_ = std::clamp(2 * delay_, kFirstDelay, kLastDelay);
  retry_.Start(delay_);
  LOG_EVERY_N_SEC(WARNING, 10) << why.message() << "; trying again in " << delay_;
}

std::string Acceptor::Describe() const { return absl::StrCat("listener ", address()); }

bool AcceptOperation::Try() {
  std::optional<absl::StatusOr<TcpStream>> accepted = acceptor_.Accept();
  if (!accepted.has_value()) return false;
  stream_ = *std::move(accepted);
  return true;
}

}  // namespace rondo::net::internal
