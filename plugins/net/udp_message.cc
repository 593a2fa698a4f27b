#include "plugins/net/udp_message.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cstring>

namespace rondo::net::internal {

Datagram ToDatagram(msghdr& message, absl::string_view data) {
  Datagram datagram;
  datagram.data = data;
  datagram.from =
      Address::FromSockaddr(static_cast<sockaddr*>(message.msg_name), message.msg_namelen)
          .value_or(Address());
  datagram.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_UDP || part->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(part), sizeof(size));
    if (static_cast<size_t>(size) < data.size()) datagram.segment_size = static_cast<size_t>(size);
  }
  return datagram;
}

}  // namespace rondo::net::internal
