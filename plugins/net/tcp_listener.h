// Where TCP connections come in.
#ifndef RONDO_PLUGINS_NET_TCP_LISTENER_H_
#define RONDO_PLUGINS_NET_TCP_LISTENER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/loop.h"
#include "runtime/timer.h"

namespace rondo::net {
namespace internal {

class Acceptor;
using AcceptorPtr = std::unique_ptr<Acceptor, Socket::Releaser>;

// The socket of a listener.
class Acceptor final : public Socket {
 public:
  // Errors: those of Socket::Open.
  // REQUIRES: fd listens.
  static absl::StatusOr<AcceptorPtr> Open(Loop& loop, OwnedFd fd, const Address& address);

  // Nothing: the waiter will be called when it is worth trying.
  std::optional<absl::StatusOr<TcpStream>> Accept();

  // Also what was accepted already and waits.
  void Close();

  std::string Describe() const override;

 private:
  Acceptor(Loop& loop, const Address& address);

  // The next connection that has come, in accepted_, or errno is set.
  bool Take();
  absl::StatusOr<TcpStream> Register();
  void RetryLater(const absl::Status& why);

  struct Accepted {
    OwnedFd fd;
    Address peer;
  };
  // It could not be registered with epoll, and there is no way back to the backlog.
  std::optional<Accepted> accepted_;
  absl::Duration delay_;
  Timer retry_;
};

class AcceptOperation final : public SocketOperation {
 public:
  explicit AcceptOperation(Acceptor& acceptor)
      : SocketOperation(acceptor, Direction::kRead), acceptor_(acceptor) {}

  absl::StatusOr<TcpStream> await_resume() { return std::move(stream_); }

 private:
  bool Try() override;
  void Fail(absl::Status status) override { stream_ = std::move(status); }
  absl::string_view name() const override { return "accept on"; }

  Acceptor& acceptor_;
  absl::StatusOr<TcpStream> stream_;
};

}  // namespace internal

// A listening TCP socket, from net::Listen.
//
// Loop thread only. Movable, also while Accept waits. Owns the socket: destroying it closes it,
// and an Accept that waits in another coroutine gets CANCELLED. The loop outlives it; open, it
// keeps the loop alive.
//
//   absl::StatusOr<net::TcpListener> listener =
//       co_await runtime.Submit(net::Listen{.address = net::Address::Loopback()});
//   for (;;) {
//     absl::StatusOr<net::TcpStream> stream = co_await listener->Accept();
//     if (!stream.ok()) break;
//     ...
//   }
class TcpListener {
 public:
  // For the plugin.
  explicit TcpListener(internal::AcceptorPtr acceptor) : acceptor_(std::move(acceptor)) {}

  // Awaited, yields the next connection as an absl::StatusOr<TcpStream>. A lack of descriptors or
  // memory is no error: connections then wait, nearly all in the backlog, and are tried again after
  // a while (5 ms at first, 1 s at last). Neither is a connection that was gone before it was
  // accepted. One coroutine accepts at a time. Errors: CANCELLED and FAILED_PRECONDITION, as for
  // TcpStream.
  [[nodiscard]] internal::AcceptOperation Accept() { return internal::AcceptOperation(*acceptor_); }

  // With the port that the kernel chose, if it was to.
  const Address& local_address() const { return acceptor_->address(); }

  // Connections in the backlog are reset.
  void Close() { acceptor_->Close(); }
  bool closed() const { return acceptor_->closed(); }

 private:
  internal::AcceptorPtr acceptor_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TCP_LISTENER_H_
