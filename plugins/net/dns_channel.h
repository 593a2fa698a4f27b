// c-ares on the loop. Internal.
#ifndef RONDO_PLUGINS_NET_DNS_CHANNEL_H_
#define RONDO_PLUGINS_NET_DNS_CHANNEL_H_

#include <ares.h>

#include <memory>
#include <type_traits>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/net/file_version.h"
#include "plugins/net/name_servers.h"
#include "runtime/loop.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

// The code for what c-ares says.
absl::StatusCode CodeOf(int ares_status);

// A channel of c-ares with its sockets and its timer. It is opened by the first question: a
// program that asks none does not read /etc/resolv.conf. A channel never learns that the file has
// changed, so another takes its place then.
//
// Loop thread only. Destroying it ends questions that are open, which c-ares then tells.
class DnsChannel {
 public:
  DnsChannel(Loop& loop, const NameServers& name_servers);
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;
  ~DnsChannel();

  // Makes channel() one that has read the file as it is now.
  absl::Status Prepare();
  // REQUIRES: Prepare has succeeded.
  ares_channel channel() const { return channel_.get(); }

  // Around each question: somebody waits for it; it was put, so that the timer is to be set; and
  // nobody waits any more.
  void Awaited() { ++awaited_; }
  void Asked() { RestartTimer(); }
  void Answered() { --awaited_; }
  // Instead of Answered: it was given up. c-ares cannot take back a single question, but all.
  void Abandoned();

 private:
  class SocketWatch;

  struct Destroy {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
  };
  using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, Destroy>;

  absl::StatusOr<Channel> Open();
  absl::Status SetServers(ares_channel channel) const;

  // The callback of c-ares: what it wants of its socket `fd` from now on.
  static void OnSocketState(void* self, ares_socket_t fd, int readable, int writable);

  // Lets c-ares use `readable` and `writable`, ARES_SOCKET_BAD for none, and look at the time.
  void Process(ares_socket_t readable, ares_socket_t writable);
  void RestartTimer();

  Loop& loop_;
  const NameServers name_servers_;
  Channel channel_;
  FileVersion file_version_;  // What channel_ has read.
  absl::flat_hash_map<ares_socket_t, std::unique_ptr<SocketWatch>> sockets_;
  Timer timer_;
  int awaited_ = 0;  // Questions that somebody waits for.
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_DNS_CHANNEL_H_
