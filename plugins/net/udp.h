// The task kind that makes UDP sockets.
#ifndef RONDO_PLUGINS_NET_UDP_H_
#define RONDO_PLUGINS_NET_UDP_H_

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "plugins/net/udp_socket.h"
#include "runtime/fields.h"

namespace rondo::net {

// Opens a socket at an address; port 0 lets the kernel choose. [::], which is every address of the
// host, takes IPv4 as well. Who only sends binds 0.0.0.0:0 or [::]:0.
// Errors: FAILED_PRECONDITION (in use), ALREADY_EXISTS (no address of this host),
// PERMISSION_DENIED, RESOURCE_EXHAUSTED (no descriptors).
struct BindUdp {
  static constexpr absl::string_view kKind = "net.bind_udp";
  using Result = UdpSocket;

  Address address = {};
  // Share the port with other sockets that say so: what comes is shared out among them.
  bool reuse_port = false;
  // Share it so that each of them gets what is sent to a multicast group.
  bool reuse_address = false;

  void VisitFields(FieldVisitor& visit) {
    visit("address", address, {.required = true});
    visit("reuse_port", reuse_port);
    visit("reuse_address", reuse_address);
  }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UDP_H_
