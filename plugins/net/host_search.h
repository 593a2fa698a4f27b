// The addresses of a host that is to be connected to. Internal.
#ifndef RONDO_PLUGINS_NET_HOST_SEARCH_H_
#define RONDO_PLUGINS_NET_HOST_SEARCH_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "plugins/net/connect_race.h"
#include "plugins/net/net.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

// Asks for the addresses of both families at once, and gives a race what comes. As RFC 8305 says:
// IPv6 begins when it is there; IPv4 that is there first waits for it, but for a moment only, so
// that a name server that is slow with one of them does not hold up the other.
//
// Loop thread only. Outlives the tasks that it spawns; so does the race.
class HostSearch {
 public:
  HostSearch(Runtime& runtime, std::string host, uint16_t port, ConnectRace& race);

  void SpawnIn(TaskGroup& group);

  // Once they have ended: why nothing was found. OK: something was.
  absl::Status status() const;

 private:
  Task<void> Find(ResolveFamily family, std::optional<absl::Status>& outcome);

  Runtime& runtime_;
  const std::string host_;
  const uint16_t port_;
  ConnectRace& race_;
  Timer delay_;
  // Nothing: not known yet.
  std::optional<absl::Status> ipv6_;
  std::optional<absl::Status> ipv4_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_HOST_SEARCH_H_
