// Where a socket is: an IP address and a port.
#ifndef RONDO_PLUGINS_NET_ADDRESS_H_
#define RONDO_PLUGINS_NET_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo {
class FieldVisitor;
}

namespace rondo::net {

// An IPv4 or IPv6 address with a port; port 0 where none is meant, or the kernel is to choose.
//
// A value: thread-safe as an int is, copied freely, ordered, hashable, printable.
//
//   absl::StatusOr<net::Address> address = net::Address::Parse("[::1]:80");
class Address {
 public:
  // 0.0.0.0:0.
  Address() = default;

  // "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80", "[fe80::1%2]:80".
  // Errors: INVALID_ARGUMENT.
  static absl::StatusOr<Address> Parse(absl::string_view text);
  // "127.0.0.1", "::1", "fe80::1%eth0". Not a name: see net::Resolve.
  // Errors: INVALID_ARGUMENT.
  static absl::StatusOr<Address> FromIp(absl::string_view ip, uint16_t port = 0);
  // Errors: INVALID_ARGUMENT, for a family that is not IP.
  static absl::StatusOr<Address> FromSockaddr(const sockaddr* address, socklen_t size);

  // 127.0.0.1.
  static Address Loopback(uint16_t port = 0);

  bool is_ipv6() const { return family_ == kIpv6; }
  uint16_t port() const { return port_; }
  Address WithPort(uint16_t port) const;

  // Without the port and without brackets.
  std::string ip() const;
  // What Parse accepts.
  std::string ToString() const;

  // Fills in `address` and returns how much of it.
  socklen_t ToSockaddr(sockaddr_storage& address) const;

  friend auto operator<=>(const Address&, const Address&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Address& a) {
    return H::combine(std::move(state), a.family_, a.ip_, a.scope_, a.port_);
  }
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Address& address) {
    sink.Append(address.ToString());
  }

 private:
  enum Family : uint8_t { kIpv4, kIpv6 };

  Family family_ = kIpv4;
  uint16_t port_ = 0;
  std::array<uint8_t, 16> ip_ = {};  // In network order; IPv4 has the first four.
  uint32_t scope_ = 0;               // The interface that a link-local IPv6 address is on.
};

// By name an address is its text; one with port 0 may be without a port.
void VisitValue(FieldVisitor& visit, Address& address);

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_ADDRESS_H_
