// Several addresses of one host, tried together. Internal.
#ifndef RONDO_PLUGINS_NET_CONNECT_RACE_H_
#define RONDO_PLUGINS_NET_CONNECT_RACE_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

// Tries the addresses of a host, as RFC 8305 says: the next one begins when `stagger` has passed
// without a connection, or at once when the last one to begin has failed. The families take turns,
// for if one does not get through, so will none of its addresses. None is given up because another
// has begun; the first that connects wins, and ends the others. Addresses may come while others
// are being tried.
//
// Loop thread only. Outlives its Run, which is called once.
class ConnectRace {
 public:
  ConnectRace(Loop& loop, absl::Duration stagger);

  // Calls `find`, which spawns tasks that Add addresses; yields the winner, or nothing when these
  // have ended and every address has failed.
  Task<std::optional<TcpStream>> Run(absl::AnyInvocable<void(TaskGroup&)> find);

  // While Run runs. Those of one family are tried in this order.
  void Add(const std::vector<Address>& addresses);
  // The first attempt may begin, with what there is or as soon as there is something.
  void Begin();

  // In the order in which they were tried, of those that have failed.
  std::vector<absl::Status> failures() const;

 private:
  bool has_untried() const { return !untried_[0].empty() || !untried_[1].empty(); }
  Address TakeNext();
  // It is time for the next one, if there is one.
  void Next();
  // Tries the next address, and as long as they fail those that come after it.
  Task<void> Attempt();

  const absl::Duration stagger_;
  Timer timer_;
  TaskGroup* group_ = nullptr;
  std::deque<Address> untried_[2];  // IPv4, IPv6.
  bool next_is_ipv6_ = true;        // If there is one.
  bool begun_ = false;
  bool due_ = false;                    // The next address begins as soon as it is there.
  std::vector<absl::Status> failures_;  // By the order of trying; OK: not failed.
  std::optional<TcpStream> winner_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECT_RACE_H_
