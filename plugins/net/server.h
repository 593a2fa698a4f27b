// Servers that last.
#ifndef RONDO_PLUGINS_NET_SERVER_H_
#define RONDO_PLUGINS_NET_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/socket.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "plugins/net/tls_context.h"
#include "plugins/net/tls_stream.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"

namespace rondo::net {

// What clients may ask of a server.
struct ServerOptions {
  // How many connections are open at once; others wait in the listener's backlog. At least one.
  size_t max_connections = 10'000;
  // How many of them may come from one address, whatever its port. Those that are too many are
  // reset at once.
  size_t max_connections_per_peer = 10'000;
  // How long a handshake may take, of TLS.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // A connection on which no data have moved for so long, in either direction, is ended: its
  // handler gets DEADLINE_EXCEEDED. It counts what the kernel has sent and received, so that a peer
  // that reads nothing is idle, too.
  absl::Duration idle_timeout = absl::InfiniteDuration();
};

struct ServerStats {
  size_t open = 0;
  int64_t accepted = 0;
  int64_t refused = 0;            // Too many of one peer.
  int64_t handshakes_failed = 0;  // Those that took too long among them.
  int64_t idle = 0;               // Ended by idle_timeout.
  int64_t cut_off = 0;            // Ended by Drain's deadline.
};

namespace internal {

// What servers of all types of streams have in common.
class ServerBase {
 public:
  ServerBase(const ServerBase&) = delete;
  ServerBase& operator=(const ServerBase&) = delete;

  // Serves until the listener fails, or Drain has been called and the last connection has ended, or
  // the scope is cancelled, which ends the connections. Called once.
  // Errors: those of TcpListener::Accept; DEADLINE_EXCEEDED when Drain's time was not enough.
  Task<absl::Status> Run();

  // Accepts nothing more, gives the connections so much time to end by themselves and then cancels
  // their handlers. Does nothing the second time.
  void Drain(absl::Duration timeout);
  bool draining() const { return draining_; }

  const Address& local_address() const { return listener_.local_address(); }
  const ServerStats& stats() const { return stats_; }

 protected:
  ServerBase(Loop& loop, TcpListener listener, const ServerOptions& options);
  virtual ~ServerBase() = default;

  const ServerOptions& options() const { return options_; }
  ServerStats& counters() { return stats_; }

  // Calls the handler. `connection` stays until it has ended.
  virtual Task<void> Handle(TcpStream stream) = 0;
  // Runs what `handler` returns, and cancels it when `socket` has been idle for too long. The call
  // itself may do away with the socket.
  Task<void> UntilIdle(absl::FunctionRef<Task<void>()> handler, Socket& socket);

 private:
  Task<absl::Status> Accept(TaskGroup& group);
  Task<void> Serve(TcpStream stream, TaskGroup& group);
  bool AdmitPeer(const Address& peer);
  void PeerIsGone(const Address& peer);

  TcpListener listener_;
  const ServerOptions options_;
  Timer deadline_;
  TaskGroup* group_ = nullptr;
  bool accepting_ = false;
  bool draining_ = false;
  absl::flat_hash_map<Address, size_t> peers_;  // How many of each, without its port.
  ServerStats stats_;
};

}  // namespace internal

// Calls a handler, which is a coroutine, for each connection, and closes it when that has ended.
// The handler may move the stream away, to go on with TLS, say; idle_timeout holds all the same.
// What it moves to where it outlives the handler is not counted any more.
//
// Loop thread only. Lives as long as Run does, and so do the handler and what it refers to.
//
//   net::TcpServer server(runtime.loop(), *std::move(listener),
//                         [](net::TcpStream& stream) -> Task<void> { ... }, {.idle_timeout = ...});
//   runtime.Spawn(StopAtSignal(server));   // server.Drain(absl::Seconds(30))
//   absl::Status status = co_await server.Run();
class TcpServer final : public internal::ServerBase {
 public:
  using Handler = absl::AnyInvocable<Task<void>(TcpStream&)>;

  TcpServer(Loop& loop, TcpListener listener, Handler handler, const ServerOptions& options = {})
      : ServerBase(loop, std::move(listener), options), handler_(std::move(handler)) {}

 private:
  Task<void> Handle(TcpStream stream) override;

  Handler handler_;
};

// The same after a handshake. One that fails is counted, and nobody else is told.
class TlsServer final : public internal::ServerBase {
 public:
  using Handler = absl::AnyInvocable<Task<void>(TlsStream&)>;

  TlsServer(Loop& loop, TcpListener listener, std::shared_ptr<TlsServerContext> context,
            Handler handler, const ServerOptions& options = {})
      : ServerBase(loop, std::move(listener), options),
        context_(std::move(context)),
        handler_(std::move(handler)) {}

 private:
  Task<void> Handle(TcpStream stream) override;

  const std::shared_ptr<TlsServerContext> context_;
  Handler handler_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_SERVER_H_
