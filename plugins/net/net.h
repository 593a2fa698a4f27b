// The task kinds of the plugin net.
#ifndef RONDO_PLUGINS_NET_NET_H_
#define RONDO_PLUGINS_NET_NET_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/names.h"  // IWYU pragma: export
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "plugins/net/tls.h"   // IWYU pragma: export
#include "plugins/net/udp.h"   // IWYU pragma: export
#include "plugins/net/unix.h"  // IWYU pragma: export
#include "runtime/fields.h"

// Errors name the operation and the peer, but for those of a deadline or a cancellation, which the
// runtime makes and which name the kind alone. Where none is listed, the code is the one that
// absl::ErrnoToStatus gives for errno: `connect 127.0.0.1:1: Connection refused` is UNAVAILABLE.
namespace rondo::net {

// Listens on an address; port 0 lets the kernel choose. [::], which is every address of the host,
// takes IPv4 as well, whatever the host's default is; such a peer is ::ffff:192.0.2.1, say.
// Errors: FAILED_PRECONDITION (in use), ALREADY_EXISTS (no address of this host),
// PERMISSION_DENIED, RESOURCE_EXHAUSTED (no descriptors).
struct Listen {
  static constexpr absl::string_view kKind = "net.listen";
  using Result = TcpListener;

  Address address = {};
  int backlog = 4096;       // Connections that wait to be accepted; the kernel may allow fewer.
  bool reuse_port = false;  // Share the port with other listeners that say so, and its load.

  void VisitFields(FieldVisitor& visit) {
    visit("address", address, {.required = true});
    visit("backlog", backlog);
    visit("reuse_port", reuse_port);
  }
};

// Connects to a host by name or IP address. The addresses of a name race as RFC 8305 says: IPv6 and
// IPv4 are asked for at once and take turns, IPv6 first if it is known within 50 ms after IPv4,
// each attempt begins `stagger` after the one before it or as soon as that has failed, none is
// given up for another, and the first that connects wins. Give a deadline: the kernel's own takes
// minutes. Errors: UNAVAILABLE (refused, unreachable, no local port is free), DEADLINE_EXCEEDED (no
// answer), RESOURCE_EXHAUSTED (no descriptors), INVALID_ARGUMENT (a negative stagger), and those of
// Resolve. When all of several addresses have failed: the first one's code.
struct Connect {
  static constexpr absl::string_view kKind = "net.connect";
  using Result = TcpStream;

  static Connect To(const Address& address) {
    return {.host = address.ip(), .port = address.port()};
  }

  std::string host = {};
  uint16_t port = 0;
  absl::Duration stagger = absl::Milliseconds(250);

  void VisitFields(FieldVisitor& visit) {
    visit("host", host, {.required = true});
    visit("port", port, {.required = true});
    visit("stagger", stagger);
  }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_NET_H_
