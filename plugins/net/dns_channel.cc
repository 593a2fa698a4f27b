#include "plugins/net/dns_channel.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "runtime/fd_watch.h"

namespace rondo::net::internal {
namespace {

absl::Status AresError(int ares_status, absl::string_view what) {
  return absl::Status(CodeOf(ares_status), absl::StrCat(what, ": ", ares_strerror(ares_status)));
}

// c-ares counts its initialisations, without a lock.
int InitialiseLibrary() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  return status;
}

}  // namespace

absl::StatusCode CodeOf(int ares_status) {
  switch (ares_status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return absl::StatusCode::kNotFound;
    case ARES_EBADNAME:
    case ARES_EBADQUERY:
    case ARES_EBADSTR:
      return absl::StatusCode::kInvalidArgument;
    case ARES_EFORMERR:
    case ARES_EBADRESP:
      return absl::StatusCode::kDataLoss;
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
    case ARES_EREFUSED:
    case ARES_ECONNREFUSED:
    case ARES_ETIMEOUT:
      return absl::StatusCode::kUnavailable;
    case ARES_ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return absl::StatusCode::kCancelled;
    default:
      return absl::StatusCode::kInternal;
  }
}

// A socket of c-ares, watched as it wants.
class DnsChannel::SocketWatch final : public FdWatch {
 public:
  SocketWatch(DnsChannel& channel, int fd) : FdWatch(channel.loop_), channel_(channel), fd_(fd) {}

  absl::Status WatchFor(Readiness interest) {
    return watched() ? Modify(interest) : Start(fd_, interest, Trigger::kLevel);
  }

  void OnReady(Readiness ready) override {
    const bool broken = ready.Has(Readiness::kHungUp | Readiness::kError);
    const bool read = broken || ready.Has(Readiness::kReadable | Readiness::kPeerClosed);
    const bool write = broken || ready.Has(Readiness::kWritable);
    // May destroy this.
    channel_.Process(read ? fd_ : ARES_SOCKET_BAD, write ? fd_ : ARES_SOCKET_BAD);
  }
  std::string Describe() const override { return "name server"; }

 private:
  DnsChannel& channel_;
  const int fd_;
};

DnsChannel::DnsChannel(Loop& loop, const NameServers& name_servers)
    : loop_(loop),
      name_servers_(name_servers),
      timer_(loop, [this] { Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {}

// While the rest is there, for c-ares to call back.
DnsChannel::~DnsChannel() { channel_ = nullptr; }

absl::Status DnsChannel::Prepare() {
  // c-ares keeps quiet about a file that it could not open: it asks a server on this host for
  // names that are in /etc/hosts or that the servers of the other file know. Hence for every
  // question the descriptor that it will need.
  absl::StatusOr<FileVersion> version = FileVersion::Of(name_servers_.file);
  if (!version.ok()) return version.status();
  // Another channel would take the questions of this one with it.
  if (channel_ != nullptr && (*version == file_version_ || awaited_ > 0)) return absl::OkStatus();
  absl::StatusOr<Channel> channel = Open();
  if (!channel.ok()) return channel.status();
  channel_ = *std::move(channel);
  file_version_ = *version;
  return absl::OkStatus();
}

absl::StatusOr<DnsChannel::Channel> DnsChannel::Open() {
  if (const int status = InitialiseLibrary(); status != ARES_SUCCESS) {
    return AresError(status, "start c-ares");
  }
  std::string file = name_servers_.file;
  ares_options options = {};
  options.timeout = static_cast<int>(absl::ToInt64Milliseconds(name_servers_.timeout));
  options.tries = name_servers_.tries;
  options.sock_state_cb = &OnSocketState;
  options.sock_state_cb_data = this;
  options.resolvconf_path = file.data();
  ares_channel opened = nullptr;
  const int status = ares_init_options(
      &opened, &options,
      ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF);
  if (status != ARES_SUCCESS) return AresError(status, "read the configuration of name servers");
  Channel channel(opened);
  if (name_servers_.servers.empty()) return channel;
  if (absl::Status set = SetServers(opened); !set.ok()) return set;
  return channel;
}

absl::Status DnsChannel::SetServers(ares_channel channel) const {
  std::vector<ares_addr_port_node> nodes(name_servers_.servers.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Address& server = name_servers_.servers[i];
    ares_addr_port_node& node = nodes[i];
    node.next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
    node.family = server.is_ipv6() ? AF_INET6 : AF_INET;
    node.udp_port = node.tcp_port = server.port() != 0 ? server.port() : 53;
    sockaddr_storage storage;
    server.ToSockaddr(storage);
    if (server.is_ipv6()) {
      std::memcpy(&node.addr.addr6, &reinterpret_cast<sockaddr_in6&>(storage).sin6_addr,
                  sizeof(node.addr.addr6));
    } else {
      node.addr.addr4 = reinterpret_cast<sockaddr_in&>(storage).sin_addr;
    }
  }
  const int status = ares_set_servers_ports(channel, nodes.data());
  return status == ARES_SUCCESS ? absl::OkStatus() : AresError(status, "set name servers");
}

void DnsChannel::OnSocketState(void* self, ares_socket_t fd, int readable, int writable) {
  DnsChannel& channel = *static_cast<DnsChannel*>(self);
  if (readable == 0 && writable == 0) {
    channel.sockets_.erase(fd);
    return;
  }
  std::unique_ptr<SocketWatch>& watch = channel.sockets_[fd];
  if (watch == nullptr) watch = std::make_unique<SocketWatch>(channel, fd);
  Readiness interest;
  if (readable != 0) interest |= Readiness::kReadable;
  if (writable != 0) interest |= Readiness::kWritable;
  // c-ares cannot be told; it takes the server for silent, and its timer runs.
  absl::Status status = watch->WatchFor(interest);
  if (!status.ok()) LOG(ERROR) << "watch a name server: " << status.message();
}

void DnsChannel::Process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_.get(), readable, writable);
  RestartTimer();
}

void DnsChannel::RestartTimer() {
  timeval left;
  if (ares_timeout(channel_.get(), nullptr, &left) == nullptr) {
    timer_.Cancel();
  } else {
    timer_.Start(absl::DurationFromTimeval(left));
  }
}

void DnsChannel::Abandoned() {
  if (--awaited_ > 0) return;
  ares_cancel(channel_.get());
  RestartTimer();
}

}  // namespace rondo::net::internal
