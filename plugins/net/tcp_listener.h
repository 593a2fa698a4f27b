// Where TCP connections come in.
#ifndef RONDO_PLUGINS_NET_TCP_LISTENER_H_
#define RONDO_PLUGINS_NET_TCP_LISTENER_H_

#include <utility>

#include "absl/strings/string_view.h"
#include "plugins/net/acceptor.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_stream.h"

namespace rondo::net {

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
  static constexpr absl::string_view kResource = "net.tcp_listener";

  // For the plugin.
  explicit TcpListener(internal::AcceptorPtr acceptor) : acceptor_(std::move(acceptor)) {}

  // Awaited, yields the next connection as an absl::StatusOr<TcpStream>. A lack of descriptors or
  // memory is no error: connections then wait, nearly all in the backlog, and are tried again after
  // a while (5 ms at first, 1 s at last). Neither is a connection that was gone before it was
  // accepted. One coroutine accepts at a time. Errors: CANCELLED and FAILED_PRECONDITION, as for
  // TcpStream.
  [[nodiscard]] internal::AcceptOperation<TcpStream> Accept() {
    return internal::AcceptOperation<TcpStream>(*acceptor_);
  }

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
