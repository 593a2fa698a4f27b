#include "plugins/net/socket_options.h"

#include <sys/socket.h>

#include <cerrno>

#include "absl/status/status.h"

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

}  // namespace rondo::net::internal
