#include "plugins/net/resolver.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstring>
#include <string>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "runtime/fd_watch.h"

namespace rondo::net::internal {
namespace {

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

int AddressFamily(Resolve::Family family) {
  switch (family) {
    case Resolve::kAny:
      return AF_UNSPEC;
    case Resolve::kIpv4:
      return AF_INET;
    case Resolve::kIpv6:
      return AF_INET6;
  }
}

absl::Status ResolveError(absl::StatusCode code, absl::string_view host, absl::string_view why) {
  return absl::Status(code, absl::StrCat("resolve \"", absl::CEscape(host), "\": ", why));
}

absl::Status AresError(int ares_status, absl::string_view what) {
  return absl::Status(CodeOf(ares_status), absl::StrCat(what, ": ", ares_strerror(ares_status)));
}

absl::StatusOr<std::vector<Address>> Literal(const Resolve& request, const Address& address) {
  const bool wanted =
      request.family == Resolve::kAny || address.is_ipv6() == (request.family == Resolve::kIpv6);
  if (wanted) return std::vector<Address>{address};
  return ResolveError(absl::StatusCode::kNotFound, request.host, "an address of the other family");
}

// c-ares counts its initialisations, without a lock.
int InitialiseLibrary() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  return status;
}

}  // namespace

// A socket of c-ares, watched as it wants.
class Resolver::SocketWatch final : public FdWatch {
 public:
  SocketWatch(Resolver& resolver, int fd) : FdWatch(resolver.loop_), resolver_(resolver), fd_(fd) {}

  absl::Status WatchFor(Readiness interest) {
    return watched() ? Modify(interest) : Start(fd_, interest, Trigger::kLevel);
  }

  void OnReady(Readiness ready) override {
    const bool broken = ready.Has(Readiness::kHungUp | Readiness::kError);
    const bool read = broken || ready.Has(Readiness::kReadable | Readiness::kPeerClosed);
    const bool write = broken || ready.Has(Readiness::kWritable);
    // May destroy this.
    resolver_.Process(read ? fd_ : ARES_SOCKET_BAD, write ? fd_ : ARES_SOCKET_BAD);
  }
  std::string Describe() const override { return "name server"; }

 private:
  Resolver& resolver_;
  const int fd_;
};

// One call of c-ares. Frees itself when c-ares calls back, which it always does, once.
class Resolver::Question {
 public:
  static void Ask(Resolver& resolver, const Resolve& request,
                  Completion<std::vector<Address>> completion) {
    auto* question = new Question(resolver, request.host, std::move(completion));
    ++resolver.awaited_;
    question->completion_.OnCancel([question] { question->Abandon(); });
    const ares_addrinfo_hints hints = {.ai_flags = 0,
                                       .ai_family = AddressFamily(request.family),
                                       .ai_socktype = SOCK_STREAM,
                                       .ai_protocol = 0};
    ares_getaddrinfo(resolver.channel_.get(), request.host.c_str(), nullptr, &hints, &OnAnswer,
                     question);
  }

 private:
  Question(Resolver& resolver, std::string host, Completion<std::vector<Address>> completion)
      : resolver_(resolver), host_(std::move(host)), completion_(std::move(completion)) {}

  static void OnAnswer(void* self, int ares_status, int /*timeouts*/, ares_addrinfo* info) {
    auto* question = static_cast<Question*>(self);
    if (question->completion_) {
      --question->resolver_.awaited_;
      question->completion_.Complete(question->Answer(ares_status, info));
    }
    if (info != nullptr) ares_freeaddrinfo(info);
    delete question;
  }

  absl::StatusOr<std::vector<Address>> Answer(int ares_status, const ares_addrinfo* info) const {
    if (ares_status != ARES_SUCCESS) {
      return ResolveError(CodeOf(ares_status), host_, ares_strerror(ares_status));
    }
    std::vector<Address> addresses;
    for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
      absl::StatusOr<Address> address = Address::FromSockaddr(node->ai_addr, node->ai_addrlen);
      if (address.ok()) addresses.push_back(*address);
    }
    if (addresses.empty()) {
      return ResolveError(absl::StatusCode::kNotFound, host_, "the name has no address");
    }
    return addresses;
  }

  // c-ares cannot take back a single question.
  void Abandon() {
    completion_.Complete(ResolveError(absl::StatusCode::kCancelled, host_, "cancelled"));
    resolver_.Abandoned();
  }

  Resolver& resolver_;
  const std::string host_;
  Completion<std::vector<Address>> completion_;
};

Resolver::Resolver(Loop& loop, const NameServers& name_servers)
    : loop_(loop),
      name_servers_(name_servers),
      timer_(loop, [this] { Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {}

// While the rest is there, for c-ares to call back.
Resolver::~Resolver() { channel_ = nullptr; }

void Resolver::Start(Resolve request, Completion<std::vector<Address>> completion) {
  if (request.host.empty() || request.host.find('\0') != std::string::npos) {
    return completion.Complete(
        ResolveError(absl::StatusCode::kInvalidArgument, request.host, "not a name"));
  }
  if (absl::StatusOr<Address> address = Address::FromIp(request.host); address.ok()) {
    return completion.Complete(Literal(request, *address));
  }
  if (absl::Status status = Initialise(); !status.ok()) {
    return completion.Complete(ResolveError(status.code(), request.host, status.message()));
  }
  Question::Ask(*this, request, std::move(completion));
  RestartTimer();
}

absl::Status Resolver::Initialise() {
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

absl::StatusOr<Resolver::Channel> Resolver::Open() {
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

absl::Status Resolver::SetServers(ares_channel channel) const {
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

void Resolver::OnSocketState(void* self, ares_socket_t fd, int readable, int writable) {
  Resolver& resolver = *static_cast<Resolver*>(self);
  if (readable == 0 && writable == 0) {
    resolver.sockets_.erase(fd);
    return;
  }
  std::unique_ptr<SocketWatch>& watch = resolver.sockets_[fd];
  if (watch == nullptr) watch = std::make_unique<SocketWatch>(resolver, fd);
  Readiness interest;
  if (readable != 0) interest |= Readiness::kReadable;
  if (writable != 0) interest |= Readiness::kWritable;
  // c-ares cannot be told; it takes the server for silent, and its timer runs.
  absl::Status status = watch->WatchFor(interest);
  if (!status.ok()) LOG(ERROR) << "watch a name server: " << status.message();
}

void Resolver::Process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_.get(), readable, writable);
  RestartTimer();
}

void Resolver::RestartTimer() {
  timeval left;
  if (ares_timeout(channel_.get(), nullptr, &left) == nullptr) {
    timer_.Cancel();
  } else {
    timer_.Start(absl::DurationFromTimeval(left));
  }
}

void Resolver::Abandoned() {
  if (--awaited_ > 0) return;
  ares_cancel(channel_.get());
  RestartTimer();
}

}  // namespace rondo::net::internal
