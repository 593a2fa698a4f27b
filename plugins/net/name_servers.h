// Who is asked for names, and how patiently.
#ifndef RONDO_PLUGINS_NET_NAME_SERVERS_H_
#define RONDO_PLUGINS_NET_NAME_SERVERS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "plugins/net/address.h"

namespace rondo::net {

struct NameServers {
  std::vector<Address> servers;  // Empty: those of `file`. Port 0 is port 53.
  // How long to wait for an answer before the question is put again; longer with each try.
  absl::Duration timeout = absl::Seconds(2);
  int tries = 3;
  // Says who the servers are and which domains to search. Without it, a server on this host is
  // asked. A change of it is noticed by the first question while no other waits for its answer.
  std::string file = "/etc/resolv.conf";
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_NAME_SERVERS_H_
