// The task kinds that make TLS streams.
#ifndef RONDO_PLUGINS_NET_TLS_H_
#define RONDO_PLUGINS_NET_TLS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/socket_stream.h"
#include "plugins/net/tls_context.h"
#include "plugins/net/tls_stream.h"
#include "runtime/fields.h"

// Give each of them a deadline: a peer may say nothing for ever.
//
// Errors: UNAUTHENTICATED (the peer's certificate is refused, and the message says why; or it shows
// none), PERMISSION_DENIED (the peer refuses, with an alert), FAILED_PRECONDITION (no common
// version, cipher or protocol), DATA_LOSS (what the peer sends is not TLS: it may speak plain
// HTTP), UNAVAILABLE (the connection ended).
namespace rondo::net {

// Connects as net::Connect does, and does the handshake of a client. The certificate must be for
// `server_name`, or else for `host`, and come from an authority that is trusted.
// Errors besides: those of Connect.
struct ConnectTls {
  static constexpr absl::string_view kKind = "net.connect_tls";
  using Result = TlsStream;

  std::string host = {};
  uint16_t port = 443;
  std::string server_name = {};
  absl::Duration stagger = absl::Milliseconds(250);
  // Null: of a client with no options.
  std::shared_ptr<TlsClientContext> context = nullptr;

  void VisitFields(FieldVisitor& visit) {
    visit("host", host, {.required = true});
    visit("port", port);
    visit("server_name", server_name);
    visit("stagger", stagger);
  }
};

// Begins TLS on a stream that is there: a TcpStream, a UnixStream.
//
//   co_await runtime.Submit(net::StartTlsServer{*std::move(stream), context},
//                           {.timeout = absl::Seconds(10)});
struct StartTlsServer {
  static constexpr absl::string_view kKind = "net.start_tls_server";
  using Result = TlsStream;

  internal::SocketStream stream;
  std::shared_ptr<TlsServerContext> context;
};

struct StartTlsClient {
  static constexpr absl::string_view kKind = "net.start_tls_client";
  using Result = TlsStream;

  internal::SocketStream stream;
  std::string server_name = {};
  // Null: of a client with no options.
  std::shared_ptr<TlsClientContext> context = nullptr;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TLS_H_
