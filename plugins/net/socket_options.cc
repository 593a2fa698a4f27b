#include "plugins/net/socket_options.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rondo::net::internal {

OwnedFd OpenTcp(const Address& address) {
  return OwnedFd(::socket(address.is_ipv6() ? AF_INET6 : AF_INET,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int SetOption(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof(value));
}

absl::StatusOr<Address> LocalAddress(int fd) {
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd, address, &size) != 0) {
    return absl::ErrnoToStatus(errno, "local address of a socket");
  }
  return Address::FromSockaddr(address, size);
}

absl::StatusOr<Address> PrepareAdopted(int fd, int protocol) {
  const auto error = [fd](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("adopt descriptor ", fd, ": ", why));
  };
  const auto option = [fd](int which) {
    int value = -1;
    socklen_t size = sizeof(value);
    return ::getsockopt(fd, SOL_SOCKET, which, &value, &size) == 0 ? value : -1;
  };
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return error("it is not open");
  if (option(SO_TYPE) != SOCK_STREAM || option(SO_PROTOCOL) != protocol) {
    return error("not a stream socket of this kind");
  }
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* peer = reinterpret_cast<sockaddr*>(&storage);
  if (::getpeername(fd, peer, &size) != 0) return error("it is not connected");
  if (::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("adopt descriptor ", fd));
  }
  return protocol == 0 ? Address() : Address::FromSockaddr(peer, size);
}

}  // namespace rondo::net::internal
