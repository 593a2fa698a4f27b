// The task kinds of the plugin net.
#ifndef RONDO_PLUGINS_NET_NET_H_
#define RONDO_PLUGINS_NET_NET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"

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

  Address address;
  int backlog = 4096;       // Connections that wait to be accepted; the kernel may allow fewer.
  bool reuse_port = false;  // Share the port with other listeners that say so, and its load.
};

// Connects to a host by name or IP address. All addresses of a name are tried, one after the
// other. Give a deadline: the kernel's own takes minutes.
// Errors: UNAVAILABLE (refused, unreachable, no local port is free), DEADLINE_EXCEEDED (no answer),
// RESOURCE_EXHAUSTED (no descriptors), and those of Resolve. Of several addresses: the first one's
// code.
struct Connect {
  static constexpr absl::string_view kKind = "net.connect";
  using Result = TcpStream;

  static Connect To(const Address& address) {
    return {.host = address.ip(), .port = address.port()};
  }

  std::string host;
  uint16_t port = 0;
};

// Finds the addresses of a name: in /etc/hosts or else with the name servers of
// /etc/resolv.conf. They come in the order in which to try them, with port 0, at least one. An IP
// address is its own answer.
// Errors: NOT_FOUND (no such name, or it has no address), UNAVAILABLE (no name server answers),
// INVALID_ARGUMENT (cannot be a name), DATA_LOSS (a malformed answer), RESOURCE_EXHAUSTED (no
// descriptors, no memory).
struct Resolve {
  static constexpr absl::string_view kKind = "net.resolve";
  using Result = std::vector<Address>;

  enum Family { kAny, kIpv4, kIpv6 };

  std::string host;
  Family family = kAny;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_NET_H_
