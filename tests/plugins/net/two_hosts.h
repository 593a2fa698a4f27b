// Two hosts with a link between them, for tests of what a network does.
#ifndef RONDO_TESTS_PLUGINS_NET_TWO_HOSTS_H_
#define RONDO_TESTS_PLUGINS_NET_TWO_HOSTS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/unix_stream.h"
#include "runtime/fd_handle.h"
#include "runtime/loop.h"
#include "runtime/timer.h"

namespace rondo::net {

// Each host is a network namespace with a TUN device. What one sends, the loop of the test carries
// to the other, or drops, or delays, as the members say: so it needs neither netem nor luck.
//
// Of one process: the thread is on one host at a time, and so are the sockets that it makes.
class TwoHosts {
 public:
  enum Host { kA, kB };

  // Lets this process make network namespaces. To be called in main, before there are threads.
  // Errors: PERMISSION_DENIED, NOT_FOUND, and what is missing: the user may make namespaces, and
  // open /dev/net/tun, as Debian allows everybody.
  static absl::Status Allow();

  explicit TwoHosts(Loop& loop);
  TwoHosts(const TwoHosts&) = delete;
  TwoHosts& operator=(const TwoHosts&) = delete;
  ~TwoHosts();

  // Sockets that are made from now on are of this host.
  void Enter(Host host);
  // 10.77.0.1, 10.77.0.2.
  static Address AddressOf(Host host);
  // Pulls the plug of its device, so that the host itself knows, or puts it in.
  void SetUp(Host host, bool up);

  bool cut = false;                                   // Nothing gets through.
  absl::Duration delay = absl::ZeroDuration();        // Each way.
  std::function<bool()> lose = [] { return false; };  // Asked for every packet.
  int carried = 0;
  int lost = 0;

 private:
  struct Packet {
    int64_t due_nanos;
    Host to;
    std::string bytes;
  };

  void Carry(Host from);
  void Deliver();

  Loop& loop_;
  OwnedFd home_;  // The namespace of the rest of the test.
  std::optional<OwnedFd> namespaces_[2];
  std::optional<FdHandle> devices_[2];
  std::deque<Packet> on_the_way_;
  Timer arrival_;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_TWO_HOSTS_H_
