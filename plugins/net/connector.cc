#include "plugins/net/connector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "plugins/net/address.h"
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

absl::Status AllFailed(const Connect& request, const std::vector<absl::Status>& failures) {
  std::string message = absl::StrCat("connect ", request.host, ":", request.port);
  for (const absl::Status& failure : failures) {
    absl::StrAppend(&message, &failure == &failures.front() ? ": " : "; ",
                    absl::StripPrefix(failure.message(), "connect "));
  }
  return absl::Status(failures.front().code(), message);
}

}  // namespace

Task<absl::StatusOr<TcpStream>> ConnectToHost(Runtime& runtime, Connect request) {
  if (absl::StatusOr<Address> address = Address::FromIp(request.host, request.port); address.ok()) {
    co_return co_await ConnectToAddress(*address);
  }
  absl::StatusOr<std::vector<Address>> addresses =
      co_await runtime.Submit(Resolve{.host = request.host});
  if (!addresses.ok()) {
    co_return absl::Status(addresses.status().code(),
                           absl::StrCat("connect ", request.host, ":", request.port, ": ",
                                        addresses.status().message()));
  }
  TaskScope& scope = co_await CurrentScope();
  std::vector<absl::Status> failures;
  for (const Address& address : *addresses) {
    absl::StatusOr<TcpStream> stream = co_await ConnectToAddress(address.WithPort(request.port));
    if (stream.ok()) co_return stream;
    if (scope.cancelled()) co_return scope.status();
    failures.push_back(stream.status());
  }
  co_return AllFailed(request, failures);
}

}  // namespace rondo::net::internal
