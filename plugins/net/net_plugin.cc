#include "plugins/net/net_plugin.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/net/by_id_bodies.h"
#include "plugins/net/connector.h"
#include "plugins/net/net.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/resolver.h"
#include "plugins/net/socket_options.h"
#include "plugins/net/tls_handshake.h"
#include "plugins/net/udp_sockets.h"
#include "plugins/net/unix_sockets.h"
#include "runtime/completion.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"

namespace rondo::net {
namespace {

using internal::SetOption;

// The system calls that make a listening socket of `fd`.
bool BindAndListen(int fd, const Listen& request) {
  sockaddr_storage storage;
  const socklen_t size = request.address.ToSockaddr(storage);
  return SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
         (!request.address.is_ipv6() || SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) == 0) &&
         (!request.reuse_port || SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1) == 0) &&
         // What is accepted inherits it.
         SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1) == 0 &&
         ::bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0 &&
         ::listen(fd, request.backlog) == 0;
}

absl::StatusOr<TcpListener> StartListener(Loop& loop, const Listen& request) {
  internal::OwnedFd fd = internal::OpenTcp(request.address);
  if (!fd.ok() || !BindAndListen(fd.get(), request)) {
    return absl::ErrnoToStatus(errno, absl::StrCat("listen on ", request.address));
  }
  absl::StatusOr<Address> address = internal::LocalAddress(fd.get());
  if (!address.ok()) return address.status();
  absl::StatusOr<internal::AcceptorPtr> acceptor =
      internal::Acceptor::Open(loop, std::move(fd), *address);
  if (!acceptor.ok()) return acceptor.status();
  return TcpListener(*std::move(acceptor));
}

}  // namespace

NetPlugin::NetPlugin(NameServers name_servers) : name_servers_(std::move(name_servers)) {}
NetPlugin::~NetPlugin() = default;

PluginInfo NetPlugin::info() const {
  return {.name = "net", .summary = "TCP, UDP, Unix sockets, TLS and names"};
}

template <typename Request>
void NetPlugin::OnResolver(Registrar& registrar) {
  registrar.OnLoop<Request>([this](Request request, Completion<typename Request::Result> done) {
    resolver_->Start(std::move(request), std::move(done));
  });
}

absl::Status NetPlugin::Register(Registrar& registrar) {
  registrar.OnLoop<Listen>([](const Listen& request, Completion<TcpListener> completion) {
    completion.Complete(StartListener(completion.runtime().loop(), request));
  });
  registrar.OnLoop<Connect>(
      [this](Connect request) { return internal::ConnectToHost(*runtime_, std::move(request)); });
  registrar.OnLoop<ListenUnix>([](const ListenUnix& request, Completion<UnixListener> completion) {
    completion.Complete(internal::StartUnixListener(completion.runtime().loop(), request));
  });
  registrar.OnLoop<ConnectUnix>(&internal::ConnectToUnix);
  registrar.OnLoop<BindUdp>([](const BindUdp& request, Completion<UdpSocket> completion) {
    completion.Complete(internal::StartUdpSocket(completion.runtime().loop(), request));
  });
  registrar.OnLoop<ConnectTls>(
      [this](ConnectTls request) { return tls_->Connect(*runtime_, std::move(request)); });
  registrar.OnLoop<StartTlsServer>(
      [this](StartTlsServer request) { return tls_->Server(std::move(request)); });
  registrar.OnLoop<StartTlsClient>(
      [this](StartTlsClient request) { return tls_->Client(std::move(request)); });
  OnResolver<Resolve>(registrar);
  OnResolver<ResolveServices>(registrar);
  OnResolver<ResolveTexts>(registrar);
  OnResolver<ReverseResolve>(registrar);
  internal::RegisterKindsById(registrar);
  return absl::OkStatus();
}

absl::Status NetPlugin::Start(Runtime& runtime) {
  runtime_ = &runtime;
  resolver_ = std::make_unique<internal::Resolver>(runtime.loop(), name_servers_);
  tls_ = std::make_unique<internal::TlsHandshakes>();
  return absl::OkStatus();
}

void NetPlugin::Stop() {
  resolver_ = nullptr;
  tls_ = nullptr;
}

}  // namespace rondo::net

RONDO_PLUGIN(rondo::net::NetPlugin);
