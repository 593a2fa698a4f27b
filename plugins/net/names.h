// The task kinds that ask for names.
#ifndef RONDO_PLUGINS_NET_NAMES_H_
#define RONDO_PLUGINS_NET_NAMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "runtime/fields.h"

// All of them ask the name servers of /etc/resolv.conf, or those that the plugin was given, without
// a thread; how long they wait is what NameServers says, or the caller's deadline.
//
// Errors: NOT_FOUND (no such name, or it has no such record), UNAVAILABLE (no name server
// answers), INVALID_ARGUMENT (cannot be a name), DATA_LOSS (a malformed answer), RESOURCE_EXHAUSTED
// (no descriptors, no memory). The message says what was asked for.
namespace rondo::net {

enum class ResolveFamily : uint8_t { kAny, kIpv4, kIpv6 };

inline constexpr EnumName<ResolveFamily> kResolveFamilyNames[] = {
    {ResolveFamily::kAny, "any"}, {ResolveFamily::kIpv4, "ipv4"}, {ResolveFamily::kIpv6, "ipv6"}};
constexpr absl::Span<const EnumName<ResolveFamily>> EnumNames(ResolveFamily) {
  return kResolveFamilyNames;
}

struct HostAddresses {
  // In the order in which to try them (RFC 6724), with port 0, at least one.
  std::vector<Address> addresses = {};
  // For how long the answer holds. Zero when it is not to be kept: from /etc/hosts, say.
  absl::Duration ttl = absl::ZeroDuration();

  void VisitFields(FieldVisitor& visit) {
    visit("addresses", addresses);
    visit("ttl", ttl);
  }
};

// Finds the addresses of a name: in /etc/hosts, or else with the name servers, in the domains to
// be searched. An IP address is its own answer.
struct Resolve {
  static constexpr absl::string_view kKind = "net.resolve";
  using Result = HostAddresses;

  using Family = ResolveFamily;
  using enum ResolveFamily;

  std::string host = {};
  Family family = kAny;

  void VisitFields(FieldVisitor& visit) {
    visit("host", host, {.required = true});
    visit("family", family);
  }
};

struct Service {
  std::string host = {};
  uint16_t port = 0;
  uint16_t priority = 0;  // The lowest is to be tried first.
  uint16_t weight = 0;    // Its share among those of the same priority.

  void VisitFields(FieldVisitor& visit) {
    visit("host", host);
    visit("port", port);
    visit("priority", priority);
    visit("weight", weight);
  }
};

// Finds the SRV records of a full name, such as _xmpp-client._tcp.example.org: by priority, those
// of one priority by descending weight. None: NOT_FOUND.
struct ResolveServices {
  static constexpr absl::string_view kKind = "net.resolve_services";
  using Result = std::vector<Service>;

  std::string name = {};

  void VisitFields(FieldVisitor& visit) { visit("name", name, {.required = true}); }
};

// Finds the TXT records of a full name, each as one string of any bytes.
struct ResolveTexts {
  static constexpr absl::string_view kKind = "net.resolve_texts";
  using Result = std::vector<std::string>;

  std::string name = {};

  void VisitFields(FieldVisitor& visit) { visit("name", name, {.required = true}); }
};

// Finds the names of an address: in /etc/hosts, or else its PTR records. The port is ignored.
struct ReverseResolve {
  static constexpr absl::string_view kKind = "net.reverse_resolve";
  using Result = std::vector<std::string>;

  Address address = {};

  void VisitFields(FieldVisitor& visit) { visit("address", address, {.required = true}); }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_NAMES_H_
