// A TCP connection.
#ifndef RONDO_PLUGINS_NET_TCP_STREAM_H_
#define RONDO_PLUGINS_NET_TCP_STREAM_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/socket_stream.h"
#include "runtime/loop.h"

namespace rondo::net {

// When a connection without traffic is probed. Durations are whole seconds to the kernel, at
// least one.
struct KeepAlive {
  absl::Duration idle = absl::Minutes(1);       // For so long nothing came.
  absl::Duration interval = absl::Seconds(10);  // Between probes.
  int probes = 6;                               // So many without an answer end it.
};

// A connected TCP stream, from net::Connect or TcpListener::Accept. What it can do, and its
// threads, ownership and errors, are those of every stream: see BasicStream. An idle one owns no
// buffer. A byte that the peer sent as urgent is left out.
//
//   char buffer[4096];
//   for (;;) {
//     absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
//     if (!size.ok() || *size == 0) break;
//     absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
//     if (!written.ok()) break;
//   }
class TcpStream : public internal::SocketStream {
 public:
  static constexpr absl::string_view kResource = "net.tcp_stream";

  using SocketStream::SocketStream;

  // Makes a stream of a connected TCP socket that comes from elsewhere, and takes it over, but for
  // an error.
  // Errors: INVALID_ARGUMENT (no open descriptor, no TCP socket, not connected).
  static absl::StatusOr<TcpStream> Adopt(Loop& loop, int fd);

  // Whether small writes are sent at once instead of waiting for company; they are by default.
  absl::Status SetNoDelay(bool no_delay);
  // Lets the kernel find out whether the peer is still there: one that is not ends the stream with
  // DEADLINE_EXCEEDED. Errors: INVALID_ARGUMENT.
  absl::Status SetKeepAlive(const KeepAlive& keep_alive);
  absl::Status StopKeepAlive();
  // Ends the stream with DEADLINE_EXCEEDED when sent data stay unacknowledged for so long; zero: as
  // long as the kernel likes. Errors: INVALID_ARGUMENT.
  absl::Status SetUserTimeout(absl::Duration timeout);

  const Address& peer_address() const { return channel_->address(); }
  absl::StatusOr<Address> local_address() const;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TCP_STREAM_H_
