// W5 on Asio, where a read that waits needs a buffer of its own.
//
//   asio callbacks
//   asio coroutines

#include <array>
#include <asio.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "benchmarks/common/echo.h"
#include "benchmarks/common/measure.h"

namespace {

using asio::ip::tcp;

struct Server : bench::EchoServer {
  asio::io_context io{ASIO_CONCURRENCY_HINT_UNSAFE};
  void Gone() {
    if (Closed()) io.stop();
  }
};

// Owns itself.
class Session {
 public:
  Session(Server& server, tcp::socket socket) : server_(server), socket_(std::move(socket)) {}

  void Read() {
    socket_.async_read_some(asio::buffer(buffer_), [this](std::error_code error, size_t size) {
      if (error) {
        bench::Require(error == asio::error::eof, "the client's end");
        server_.Gone();
        delete this;
        return;
      }
      Write(size);
    });
  }

 private:
  void Write(size_t size) {
    asio::async_write(socket_, asio::buffer(buffer_, size),
                      [this](std::error_code error, size_t written) {
                        bench::Require(!error, "write");
                        server_.Echoed(written);
                        Read();
                      });
  }

  Server& server_;
  tcp::socket socket_;
  std::array<char, bench::kEchoBuffer> buffer_;
};

asio::awaitable<void> Serve(Server& server, tcp::socket socket) {
  std::array<char, bench::kEchoBuffer> buffer;
  for (;;) {
    std::error_code error;
    const size_t size = co_await socket.async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    co_await asio::async_write(socket, asio::buffer(buffer, size), asio::use_awaitable);
    server.Echoed(size);
  }
  server.Gone();
}

void Accept(Server& server, tcp::acceptor& acceptor, bool coroutines) {
  acceptor.async_accept([&, coroutines](std::error_code error, tcp::socket socket) {
    bench::Require(!error, "accept");
    socket.set_option(tcp::no_delay(true));
    server.Opened();
    if (coroutines) {
      asio::co_spawn(server.io, Serve(server, std::move(socket)), asio::detached);
    } else {
      (new Session(server, std::move(socket)))->Read();
    }
    Accept(server, acceptor, coroutines);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  bench::Require(variant == "callbacks" || variant == "coroutines", "callbacks or coroutines");
  Server server;
  tcp::acceptor acceptor(server.io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor.listen(4096);
  server.Listens(acceptor.local_endpoint().port());
  Accept(server, acceptor, variant == "coroutines");
  server.io.run();
  server.Print();
}
