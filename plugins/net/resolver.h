// Names to addresses, by c-ares on the loop. Internal.
#ifndef RONDO_PLUGINS_NET_RESOLVER_H_
#define RONDO_PLUGINS_NET_RESOLVER_H_

#include <ares.h>

#include <memory>
#include <type_traits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/net/address.h"
#include "plugins/net/file_version.h"
#include "plugins/net/name_servers.h"
#include "plugins/net/net.h"
#include "runtime/completion.h"
#include "runtime/loop.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

// Runs the kind net.resolve. c-ares is initialised by the first question: a program that asks
// none does not read /etc/resolv.conf. A channel of c-ares never learns that the file has changed,
// so another takes its place then.
//
// Loop thread only. Destroying it ends questions that are open with CANCELLED.
class Resolver {
 public:
  Resolver(Loop& loop, const NameServers& name_servers);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  void Start(Resolve request, Completion<std::vector<Address>> completion);

 private:
  class Question;
  class SocketWatch;

  struct Destroy {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
  };
  using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, Destroy>;

  // Makes channel_ one that has read the file as it is now.
  absl::Status Initialise();
  absl::StatusOr<Channel> Open();
  absl::Status SetServers(ares_channel channel) const;

  // The callback of c-ares: what it wants of its socket `fd` from now on.
  static void OnSocketState(void* self, ares_socket_t fd, int readable, int writable);

  // Lets c-ares use `readable` and `writable`, ARES_SOCKET_BAD for none, and look at the time.
  void Process(ares_socket_t readable, ares_socket_t writable);
  void RestartTimer();
  // Nobody waits for one of the questions any more.
  void Abandoned();

  Loop& loop_;
  const NameServers name_servers_;
  Channel channel_;
  FileVersion file_version_;  // What channel_ has read.
  absl::flat_hash_map<ares_socket_t, std::unique_ptr<SocketWatch>> sockets_;
  Timer timer_;
  int awaited_ = 0;  // Questions that somebody waits for.
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_RESOLVER_H_
