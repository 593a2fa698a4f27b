// What the kernel says with a datagram. Internal.
#ifndef RONDO_PLUGINS_NET_UDP_MESSAGE_H_
#define RONDO_PLUGINS_NET_UDP_MESSAGE_H_

#include <sys/socket.h>

#include "absl/strings/string_view.h"
#include "plugins/net/udp_batch.h"

namespace rondo::net::internal {

// `message` as recvmsg has left it, and the `data` that it brought.
Datagram ToDatagram(msghdr& message, absl::string_view data);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UDP_MESSAGE_H_
