#include "plugins/net/udp_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket_options.h"

namespace rondo::net::internal {
namespace {

// Otherwise it also gets what is sent to groups that other sockets of this host have joined. Old
// kernels do not know of it for IPv6, and go on as they are.
void HearOwnGroupsOnly(int fd, bool is_ipv6) {
  SetOption(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  if (is_ipv6) SetOption(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
}

bool Bind(int fd, const BindUdp& request) {
  HearOwnGroupsOnly(fd, request.address.is_ipv6());
  sockaddr_storage storage;
  const socklen_t size = request.address.ToSockaddr(storage);
  return (!request.address.is_ipv6() || SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) == 0) &&
         (!request.reuse_port || SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1) == 0) &&
         (!request.reuse_address || SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0) &&
         ::bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0;
}

}  // namespace

absl::StatusOr<UdpSocket> StartUdpSocket(Loop& loop, const BindUdp& request) {
  OwnedFd fd(::socket(request.address.is_ipv6() ? AF_INET6 : AF_INET,
                      SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.ok() || !Bind(fd.get(), request)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("bind udp ", request.address));
  }
  absl::StatusOr<Address> address = LocalAddress(fd.get());
  if (!address.ok()) return address.status();
  absl::StatusOr<UdpChannelPtr> channel = UdpChannel::Open(loop, std::move(fd), *address);
  if (!channel.ok()) return channel.status();
  return UdpSocket(*std::move(channel));
}

}  // namespace rondo::net::internal
