#include "plugins/net/acceptor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/unix_connection.h"

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

Acceptor::Acceptor(Loop& loop, const Address& address, std::string unix_name)
    : Socket(loop, address),
      unix_name_(std::move(unix_name)),
      retry_(loop, [this] { ServeLater(); }) {
  // The listener itself keeps the loop alive.
  retry_.Unref();
}

absl::StatusOr<AcceptorPtr> Acceptor::Open(Loop& loop, OwnedFd fd, const Address& address) {
  return Open(AcceptorPtr(new Acceptor(loop, address, "")), std::move(fd));
}

absl::StatusOr<AcceptorPtr> Acceptor::OpenUnix(Loop& loop, OwnedFd fd, std::string name) {
  return Open(AcceptorPtr(new Acceptor(loop, Address(), std::move(name))), std::move(fd));
}

absl::StatusOr<AcceptorPtr> Acceptor::Open(AcceptorPtr acceptor, OwnedFd fd) {
  absl::Status status = acceptor->Socket::Open(fd, Readiness::kReadable);
  if (!status.ok()) return status;
  return acceptor;
}

std::optional<absl::StatusOr<ConnectionPtr>> Acceptor::Accept() {
  if (closed()) {
    return absl::FailedPreconditionError(
        absl::StrCat("accept on ", Subject(), ": the listener is closed"));
  }
  while ((accepted_.has_value() || readable()) && !retry_.scheduled() && Admit()) {
    if (accepted_.has_value() || Take()) {
      absl::StatusOr<ConnectionPtr> connection = Register();
      if (connection.ok()) return connection;
      RetryLater(connection.status());
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

absl::StatusOr<ConnectionPtr> Acceptor::Register() {
  absl::StatusOr<ConnectionPtr> connection =
      is_unix() ? UnixConnection::Open(loop(), accepted_->fd, unix_name_)
                : Connection::Open(loop(), accepted_->fd, accepted_->peer, Connection::kConnected);
  if (!connection.ok()) return connection.status();
  accepted_.reset();
  delay_ = absl::ZeroDuration();
  return connection;
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

std::string Acceptor::Subject() const { return is_unix() ? unix_name_ : Socket::Subject(); }

std::string Acceptor::Describe() const { return absl::StrCat("listener ", Subject()); }

}  // namespace rondo::net::internal
