#include "plugins/net/udp_socket.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "plugins/net/socket_options.h"

namespace rondo::net {
namespace {

// 0 for "".
absl::StatusOr<int> InterfaceIndex(absl::string_view name, absl::string_view operation) {
  if (name.empty()) return 0;
  const unsigned index = ::if_nametoindex(std::string(name).c_str());
  if (index != 0) return static_cast<int>(index);
  return absl::NotFoundError(absl::StrCat(operation, ": no interface \"", name, "\""));
}

// The system call that joins or leaves a group.
int SetMembership(int fd, bool join, const Address& group, int interface) {
  sockaddr_storage storage;
  group.ToSockaddr(storage);
  if (group.is_ipv6()) {
    ipv6_mreq request = {};
    request.ipv6mr_multiaddr = reinterpret_cast<sockaddr_in6&>(storage).sin6_addr;
    request.ipv6mr_interface = static_cast<unsigned>(interface);
    return ::setsockopt(fd, IPPROTO_IPV6, join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP,
                        &request, sizeof(request));
  }
  ip_mreqn request = {};
  request.imr_multiaddr = reinterpret_cast<sockaddr_in&>(storage).sin_addr;
  request.imr_ifindex = interface;
  return ::setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request,
                      sizeof(request));
}

}  // namespace

absl::Status UdpSocket::Set(int level, int option, int value, absl::string_view operation) {
  if (internal::SetOption(fd(), level, option, value) == 0) return absl::OkStatus();
  return channel_->ErrnoStatus(errno, operation);
}

absl::Status UdpSocket::JoinGroup(const Address& group, absl::string_view interface) {
  return ChangeGroup(true, group, interface);
}

absl::Status UdpSocket::LeaveGroup(const Address& group, absl::string_view interface) {
  return ChangeGroup(false, group, interface);
}

absl::Status UdpSocket::ChangeGroup(bool join, const Address& group, absl::string_view interface) {
  const std::string operation =
      absl::StrCat(join ? "join " : "leave ", group.ip(), " on ", local_address());
  absl::StatusOr<int> index = InterfaceIndex(interface, operation);
  if (!index.ok()) return index.status();
  if (SetMembership(fd(), join, group, *index) == 0) return absl::OkStatus();
  const int error = errno;
  // A member already, or none: not that an address is taken or is not this host's.
  if (error == EADDRINUSE || error == EADDRNOTAVAIL) {
    return absl::FailedPreconditionError(
        absl::StrCat(operation, join ? ": a member already" : ": not a member"));
  }
  return absl::ErrnoToStatus(error, operation);
}

absl::Status UdpSocket::SetMulticastInterface(absl::string_view interface) {
  constexpr absl::string_view kOperation = "set multicast interface of";
  absl::StatusOr<int> index =
      InterfaceIndex(interface, absl::StrCat(kOperation, " ", local_address()));
  if (!index.ok()) return index.status();
  if (local_address().is_ipv6()) {
    return Set(IPPROTO_IPV6, IPV6_MULTICAST_IF, *index, kOperation);
  }
  ip_mreqn request = {};
  request.imr_ifindex = *index;
  if (::setsockopt(fd(), IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request)) == 0) {
    return absl::OkStatus();
  }
  return channel_->ErrnoStatus(errno, kOperation);
}

absl::Status UdpSocket::SetMulticastLoop(bool loop) {
  return local_address().is_ipv6()
             ? Set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, loop, "set multicast loop of")
             : Set(IPPROTO_IP, IP_MULTICAST_LOOP, loop, "set multicast loop of");
}

absl::Status UdpSocket::SetMulticastHops(int hops) {
  return local_address().is_ipv6()
             ? Set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops, "set multicast hops of")
             : Set(IPPROTO_IP, IP_MULTICAST_TTL, hops, "set multicast hops of");
}

absl::Status UdpSocket::SetBroadcast(bool broadcast) {
  return Set(SOL_SOCKET, SO_BROADCAST, broadcast, "set broadcast of");
}

absl::Status UdpSocket::SetReceiveOffload(bool offload) {
  constexpr absl::string_view kOperation = "set receive offload of";
  if (internal::SetOption(fd(), SOL_UDP, UDP_GRO, offload) == 0) return absl::OkStatus();
  const int error = errno;
  if (error != ENOPROTOOPT) return channel_->ErrnoStatus(error, kOperation);
  return absl::UnimplementedError(
      absl::StrCat(kOperation, " ", local_address(), ": this kernel has none"));
}

absl::Status UdpSocket::SetReceiveBuffer(int bytes) {
  return Set(SOL_SOCKET, SO_RCVBUF, bytes, "set receive buffer of");
}

absl::Status UdpSocket::SetSendBuffer(int bytes) {
  return Set(SOL_SOCKET, SO_SNDBUF, bytes, "set send buffer of");
}

}  // namespace rondo::net
