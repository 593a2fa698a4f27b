#include "plugins/net/connect_attempt.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugins/net/connection.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "plugins/net/socket_options.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {
namespace {

// Waits until a connection is made or has failed.
class ConnectOperation final : public SocketOperation {
 public:
  explicit ConnectOperation(Connection& connection)
      : SocketOperation(connection, Direction::kWrite), connection_(connection) {}

  absl::Status await_resume() { return std::move(status_); }

 private:
  bool Try() override {
    if (!connection_.connect_done()) return false;
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(connection_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) status_ = connection_.ErrnoStatus(error, "connect");
    return true;
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "connect"; }

  Connection& connection_;
  absl::Status status_;
};

absl::Status ConnectError(int error, const Address& address) {
  absl::Status status = absl::ErrnoToStatus(error, absl::StrCat("connect ", address));
  // No port of this host is free now, or no address of it reaches that one. The code that is right
  // for a listener, ALREADY_EXISTS, would say nothing.
  if (error == EADDRNOTAVAIL) return absl::UnavailableError(status.message());
  return status;
}

}  // namespace

Task<absl::StatusOr<TcpStream>> ConnectToAddress(Address address) {
  TaskScope& scope = co_await CurrentScope();
  OwnedFd fd = OpenTcp(address);
  if (!fd.ok()) co_return ConnectError(errno, address);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_storage storage;
  const socklen_t size = address.ToSockaddr(storage);
  // Interrupted or not, the kernel goes on with it.
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    co_return ConnectError(errno, address);
  }
  absl::StatusOr<ConnectionPtr> connection =
      Connection::Open(scope.loop(), fd, address, Connection::kConnecting);
  if (!connection.ok()) co_return connection.status();
  if (absl::Status status = co_await ConnectOperation(**connection); !status.ok()) {
    co_return status;
  }
  co_return TcpStream(*std::move(connection));
}

}  // namespace rondo::net::internal
