// The body of the kind of udp.h. Internal.
#ifndef RONDO_PLUGINS_NET_UDP_SOCKETS_H_
#define RONDO_PLUGINS_NET_UDP_SOCKETS_H_

#include "absl/status/statusor.h"
#include "plugins/net/udp.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

absl::StatusOr<UdpSocket> StartUdpSocket(Loop& loop, const BindUdp& request);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UDP_SOCKETS_H_
