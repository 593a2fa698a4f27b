#include "plugins/net/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/tls.h"
#include "plugins/net/tls_handshake.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"
#include "runtime/with_timeout.h"

namespace rondo::net {
namespace internal {
namespace {

// For how long no data have moved, which the kernel knows without our counting.
absl::Duration IdleTime(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return absl::ZeroDuration();
  return absl::Milliseconds(std::min(info.tcpi_last_data_recv, info.tcpi_last_data_sent));
}

// Cancels a scope when a connection has been idle for too long. Whoever owns it then.
class IdleWatch {
 public:
  IdleWatch(TaskScope& scope, Socket& socket, absl::Duration timeout)
      : scope_(scope),
        socket_(socket),
        timeout_(timeout),
        timer_(scope.loop(), [this] { Look(); }) {
    socket_.Watch();
    timer_.Unref();  // The connection itself keeps the loop alive.
    timer_.Start(timeout_);
  }
  IdleWatch(const IdleWatch&) = delete;
  IdleWatch& operator=(const IdleWatch&) = delete;
  ~IdleWatch() { socket_.Unwatch(); }

  bool expired() const { return expired_; }

 private:
  void Look() {
    if (socket_.closed()) return;  // And its number may be another's.
    const absl::Duration idle = IdleTime(socket_.fd());
    if (idle < timeout_) return timer_.Start(timeout_ - idle);
    expired_ = true;
    scope_.Cancel(absl::DeadlineExceededError("the connection was idle for too long"));
  }

  TaskScope& scope_;
  Socket& socket_;
  const absl::Duration timeout_;
  Timer timer_;
  bool expired_ = false;
};

}  // namespace

ServerBase::ServerBase(Loop& loop, TcpListener listener, const ServerOptions& options)
    : listener_(std::move(listener)), options_(options), deadline_(loop, [this] {
        stats_.cut_off = static_cast<int64_t>(stats_.open);
        group_->Cancel(absl::DeadlineExceededError(
            absl::StrCat("drain ", listener_.local_address(), ": ", stats_.open,
                         " connections did not end in time")));
      }) {}

Task<absl::Status> ServerBase::Run() {
  absl::Status status = co_await WithTaskGroup([this](TaskGroup& group) {
    group_ = &group;
    return Accept(group);
  });
  group_ = nullptr;
  deadline_.Cancel();
  co_return status;
}

void ServerBase::Drain(absl::Duration timeout) {
  if (std::exchange(draining_, true)) return;
  listener_.Close();
  if (group_ != nullptr) deadline_.Start(timeout);
}

Task<absl::Status> ServerBase::Accept(TaskGroup& group) {
  accepting_ = true;
  while (!draining_ && stats_.open < std::max(options_.max_connections, size_t{1})) {
    absl::StatusOr<TcpStream> stream = co_await listener_.Accept();
    if (draining_) break;
    if (!stream.ok()) co_return stream.status();
    if (!AdmitPeer(stream->peer_address())) {
      ++stats_.refused;
      stream->Reset();
      continue;
    }
    ++stats_.accepted;
    ++stats_.open;
    group.Spawn(Serve(*std::move(stream), group));
  }
  accepting_ = false;
  co_return absl::OkStatus();
}

Task<void> ServerBase::Serve(TcpStream stream, TaskGroup& group) {
  const Address peer = stream.peer_address();
  co_await Handle(std::move(stream));
  --stats_.open;
  PeerIsGone(peer);
  if (accepting_ || draining_) co_return;
  // Not on the stack of this one, as the next may end as soon.
  co_await NextTick();
  if (!accepting_ && !draining_ && !(co_await CurrentScope()).cancelled()) {
    group.Spawn(Accept(group));
  }
}

bool ServerBase::AdmitPeer(const Address& peer) {
  size_t& count = peers_[peer.WithPort(0)];
  if (count >= std::max(options_.max_connections_per_peer, size_t{1})) return false;
  ++count;
  return true;
}

void ServerBase::PeerIsGone(const Address& peer) {
  const auto it = peers_.find(peer.WithPort(0));
  if (--it->second == 0) peers_.erase(it);
}

Task<void> ServerBase::UntilIdle(absl::FunctionRef<Task<void>()> handler, Socket& socket) {
  if (options_.idle_timeout == absl::InfiniteDuration()) {
    co_await handler();
    co_return;
  }
  TaskScope scope(co_await CurrentScope());
  const IdleWatch watch(scope, socket, options_.idle_timeout);
  co_await handler().In(scope);
  if (watch.expired()) ++stats_.idle;
}

}  // namespace internal

Task<void> TcpServer::Handle(TcpStream stream) {
  internal::Socket& socket = stream.channel();
  co_await UntilIdle([&] { return handler_(stream); }, socket);
}

Task<void> TlsServer::Handle(TcpStream stream) {
  const Address peer = stream.peer_address();
  internal::TlsHandshakes handshakes;
  absl::StatusOr<TlsStream> secured =
      co_await WithTimeout(handshakes.Server({.stream = std::move(stream), .context = context_}),
                           options().handshake_timeout);
  if (!secured.ok()) {
    ++counters().handshakes_failed;
    VLOG(1) << peer << ": " << secured.status().message();
    co_return;
  }
  internal::Socket& socket = secured->channel().connection();
  co_await UntilIdle([&] { return handler_(*secured); }, socket);
}

}  // namespace rondo::net
