// W5 on libuv: one buffer for all connections, and uv_try_write first.
//
//   libuv callbacks

#include <netinet/in.h>
#include <uv.h>

#include <cstdlib>

#include "benchmarks/common/echo.h"
#include "benchmarks/common/measure.h"

namespace {

using bench::Require;

bench::EchoServer server;
char buffer[bench::kEchoBuffer];

void Allocate(uv_handle_t*, size_t, uv_buf_t* result) {
  *result = uv_buf_init(buffer, sizeof(buffer));
}

void OnRead(uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
  if (size > 0) {
    const uv_buf_t data = uv_buf_init(buffer, static_cast<unsigned>(size));
    // It always fits into the socket: the client waits for it.
    Require(uv_try_write(stream, &data, 1) == size, "write");
    server.Echoed(static_cast<size_t>(size));
  } else if (size < 0) {
    Require(size == UV_EOF, "the client's end");
    uv_close(reinterpret_cast<uv_handle_t*>(stream), [](uv_handle_t* handle) { free(handle); });
    if (server.Closed()) uv_stop(uv_default_loop());
  }
}

void OnConnection(uv_stream_t* listener, int status) {
  Require(status == 0, "a connection");
  auto* const stream = static_cast<uv_tcp_t*>(malloc(sizeof(uv_tcp_t)));
  uv_tcp_init(uv_default_loop(), stream);
  Require(uv_accept(listener, reinterpret_cast<uv_stream_t*>(stream)) == 0, "accept");
  uv_tcp_nodelay(stream, 1);
  server.Opened();
  uv_read_start(reinterpret_cast<uv_stream_t*>(stream), &Allocate, &OnRead);
}

}  // namespace

int main() {
  uv_tcp_t listener;
  uv_tcp_init(uv_default_loop(), &listener);
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0);
  Require(uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, &OnConnection) == 0, "listen");
  int size = sizeof(address);
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &size);
  server.Listens(ntohs(address.sin_port));
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  server.Print();
}
