// The kinds that ask for names. Internal.
#ifndef RONDO_PLUGINS_NET_RESOLVER_H_
#define RONDO_PLUGINS_NET_RESOLVER_H_

#include <string>
#include <vector>

#include "plugins/net/dns_channel.h"
#include "plugins/net/name_servers.h"
#include "plugins/net/names.h"
#include "runtime/completion.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

// Runs the kinds of names.h, by c-ares on the loop, never on the pool.
//
// Loop thread only. Destroying it ends questions that are open with CANCELLED.
class Resolver {
 public:
  Resolver(Loop& loop, const NameServers& name_servers) : channel_(loop, name_servers) {}

  void Start(Resolve request, Completion<HostAddresses> completion);
  void Start(ResolveServices request, Completion<std::vector<Service>> completion);
  void Start(ResolveTexts request, Completion<std::vector<std::string>> completion);
  void Start(ReverseResolve request, Completion<std::vector<std::string>> completion);

 private:
  DnsChannel channel_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_RESOLVER_H_
