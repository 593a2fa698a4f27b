#include "plugins/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/fields.h"

namespace rondo::net {
namespace {

absl::Status NotAnAddress(absl::string_view text, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CEscape(text), "\" is not ", expected));
}

// Digits only: "080" is a port, "+80" and " 80" are not.
bool ParsePort(absl::string_view text, uint16_t& port) {
  if (text.empty() || text.size() > 5) return false;
  uint32_t value = 0;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  port = static_cast<uint16_t>(value);
  return value <= 65535;
}

// An interface by its name or its number.
bool ParseScope(const std::string& text, uint32_t& scope) {
  scope = if_nametoindex(text.c_str());
  return scope != 0 || (absl::SimpleAtoi(text, &scope) && scope != 0);
}

}  // namespace

absl::StatusOr<Address> Address::FromIp(absl::string_view ip, uint16_t port) {
  constexpr absl::string_view kExpected = "an IP address such as 127.0.0.1 or ::1";
  Address address;
  address.port_ = port;
  // inet_pton and if_nametoindex end at a NUL, so that one in the text would hide the rest.
  if (ip.find('\0') != absl::string_view::npos) return NotAnAddress(ip, kExpected);
  const size_t percent = ip.find('%');
  const std::string number(ip.substr(0, percent));
  if (inet_pton(AF_INET6, number.c_str(), address.ip_.data()) == 1) {
    address.family_ = kIpv6;
    if (percent != absl::string_view::npos &&
        !ParseScope(std::string(ip.substr(percent + 1)), address.scope_)) {
      return NotAnAddress(ip, "an IP address on an interface of this host");
    }
    return address;
  }
  address.ip_ = {};
  if (percent == absl::string_view::npos &&
      inet_pton(AF_INET, number.c_str(), address.ip_.data()) == 1) {
    return address;
  }
  return NotAnAddress(ip, kExpected);
}

absl::StatusOr<Address> Address::Parse(absl::string_view text) {
  constexpr absl::string_view kExpected = "an address such as 127.0.0.1:80 or [::1]:80";
  const size_t colon = text.rfind(':');
  uint16_t port;
  if (colon == absl::string_view::npos || !ParsePort(text.substr(colon + 1), port)) {
    return NotAnAddress(text, kExpected);
  }
  absl::string_view ip = text.substr(0, colon);
  const bool brackets = ip.size() >= 2 && ip.front() == '[' && ip.back() == ']';
  if (brackets) ip = ip.substr(1, ip.size() - 2);
  absl::StatusOr<Address> address = FromIp(ip, port);
  // Without brackets nobody knows where an IPv6 address ends.
  if (!address.ok() || address->is_ipv6() != brackets) return NotAnAddress(text, kExpected);
  return address;
}

absl::StatusOr<Address> Address::FromSockaddr(const sockaddr* address, socklen_t size) {
  Address result;
  if (size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof(in));
    result.port_ = ntohs(in.sin_port);
    std::memcpy(result.ip_.data(), &in.sin_addr, sizeof(in.sin_addr));
    return result;
  }
  if (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof(in));
    result.family_ = kIpv6;
    result.port_ = ntohs(in.sin6_port);
    result.scope_ = in.sin6_scope_id;
    std::memcpy(result.ip_.data(), &in.sin6_addr, sizeof(in.sin6_addr));
    return result;
  }
  return absl::InvalidArgumentError("not an IP address: a socket of another family");
}

Address Address::Loopback(uint16_t port) {
  Address address;
  address.ip_ = {127, 0, 0, 1};
  address.port_ = port;
  return address;
}

Address Address::WithPort(uint16_t port) const {
  Address address = *this;
  address.port_ = port;
  return address;
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_ipv6() ? AF_INET6 : AF_INET, ip_.data(), text, sizeof(text));
  return scope_ == 0 ? text : absl::StrCat(text, "%", scope_);
}

std::string Address::ToString() const {
  return is_ipv6() ? absl::StrCat("[", ip(), "]:", port_) : absl::StrCat(ip(), ":", port_);
}

socklen_t Address::ToSockaddr(sockaddr_storage& address) const {
  address = {};
  if (is_ipv6()) {
    sockaddr_in6 in = {};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port_);
    in.sin6_scope_id = scope_;
    std::memcpy(&in.sin6_addr, ip_.data(), sizeof(in.sin6_addr));
    std::memcpy(&address, &in, sizeof(in));
    return sizeof(in);
  }
  sockaddr_in in = {};
  in.sin_family = AF_INET;
  in.sin_port = htons(port_);
  std::memcpy(&in.sin_addr, ip_.data(), sizeof(in.sin_addr));
  std::memcpy(&address, &in, sizeof(in));
  return sizeof(in);
}

void VisitValue(FieldVisitor& visit, Address& address) {
  std::string text = address.port() == 0 ? address.ip() : address.ToString();
  visit.Value(text);
  absl::StatusOr<Address> parsed = Address::Parse(text);
  if (!parsed.ok()) parsed = Address::FromIp(text);
  if (parsed.ok()) {
    address = *parsed;
  } else {
    visit.Reject("not an address such as 127.0.0.1:80, [::1]:80 or 127.0.0.1");
  }
}

}  // namespace rondo::net
