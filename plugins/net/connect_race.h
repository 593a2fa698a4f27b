// Several addresses of one host, tried together. Internal.
#ifndef RONDO_PLUGINS_NET_CONNECT_RACE_H_
#define RONDO_PLUGINS_NET_CONNECT_RACE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

// The order in which to try addresses: as they come, but that the families take turns, for if one
// does not get through, so will none of its addresses.
std::vector<Address> Interleave(const std::vector<Address>& addresses);

// Tries the addresses in their order, as RFC 8305 says: the next one begins when `stagger` has
// passed without a connection, or at once when the last one to begin has failed. None is given up
// because another has begun; the first that connects wins, and ends the others.
//
// Loop thread only. Outlives its Run, which is called once.
class ConnectRace {
 public:
  // REQUIRES: there is an address.
  ConnectRace(Loop& loop, std::vector<Address> addresses, absl::Duration stagger);

  // Yields the winner. The status of a loser is in failures().
  Task<std::optional<TcpStream>> Run();

  // In the order of the addresses, of those that have failed.
  std::vector<absl::Status> failures() const;

 private:
  // Takes the next address, and times the one after it.
  size_t Begin();
  // Tries the next address, and as long as they fail those that come after it.
  Task<void> Attempt();

  const std::vector<Address> addresses_;
  const absl::Duration stagger_;
  Timer timer_;
  TaskGroup* group_ = nullptr;
  size_t begun_ = 0;
  std::vector<absl::Status> failures_;  // By index; OK: not failed.
  std::optional<TcpStream> winner_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECT_RACE_H_
