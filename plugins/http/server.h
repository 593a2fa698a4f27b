// An HTTP/1.1 server.
#ifndef RONDO_PLUGINS_HTTP_SERVER_H_
#define RONDO_PLUGINS_HTTP_SERVER_H_

#include <cstddef>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "plugins/http/message.h"
#include "plugins/net/tcp_listener.h"
#include "runtime/task.h"

namespace rondo::http {

// Answers a request, which stays until the task has ended. Called for several connections at
// once, on the loop thread; an exception is answered with status 500.
using Handler = absl::AnyInvocable<Task<Response>(const Request&)>;

// What clients may ask of a server. The defaults are for one that faces strangers.
struct ServerOptions {
  Limits limits = {};
  // How long a client may take for a request's start line and header fields, counted from the
  // moment when the server is ready for it: an idle connection is closed after that time, too.
  absl::Duration head_timeout = absl::Minutes(1);
  // And for its body, from there on. Both together bound the time for the whole request.
  absl::Duration body_timeout = absl::Minutes(5);
  // How many connections are open at once; others wait in the listener's backlog. At least one.
  size_t max_connections = 10'000;
};

// Serves what comes in at `listener`, one request after the other on each connection, until the
// listener fails or the scope is cancelled; its connections end with it. What is not a request is
// answered with 400, one over the limits with 413 or 431, CONNECT and transfer codings other than
// chunked with 501, one that does not come in time with 408, and the connection closed.
//
// The fields Content-Length, Transfer-Encoding and Date of a response are the server's own;
// `Connection: close` in it closes the connection. A response to HEAD is sent without its body.
//
//   absl::StatusOr<net::TcpListener> listener =
//       co_await runtime.Submit(net::Listen{.address = net::Address::Loopback()});
//   co_await http::Serve(*std::move(listener),
//                        [](const http::Request& request) -> Task<http::Response> {
//                          co_return http::Response{.body = "hello " + request.target};
//                        });
Task<absl::Status> Serve(net::TcpListener listener, Handler handler, ServerOptions options = {});

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_SERVER_H_
