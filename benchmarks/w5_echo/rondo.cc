// W5 on Rondo.
//
//   rondo callbacks
//   rondo coroutines

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "benchmarks/common/echo.h"
#include "benchmarks/common/measure.h"
#include "plugins/net/net.h"
#include "plugins/net/net_plugin.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

namespace rondo {
namespace {

struct Server : bench::EchoServer {
  explicit Server(Runtime& r) : runtime(r) {}
  void Gone() {
    if (Closed()) runtime.Stop();
  }

  Runtime& runtime;
  // One for all connections: what is read is written before anybody else reads.
  char buffer[bench::kEchoBuffer];
};

// A connection that is served by callbacks. Owns itself.
class Session {
 public:
  Session(Server& server, net::TcpStream stream) : server_(server), stream_(std::move(stream)) {
    stream_.OnReadable([this] { OnReadable(); });
  }

 private:
  void OnReadable() {
    while (rest_ == nullptr) {
      std::optional<absl::StatusOr<size_t>> size = stream_.TryRead(absl::MakeSpan(server_.buffer));
      if (!size.has_value()) return;
      const size_t bytes = size->value();
      if (bytes == 0) {
        server_.Gone();
        delete this;
        return;
      }
      Write(absl::string_view(server_.buffer, bytes));
      server_.Echoed(bytes);
    }
  }

  // It always fits into the socket, as the client waits for it; but this connection may have had
  // its share of the turn.
  void Write(absl::string_view data) {
    const size_t sent = stream_.TryWrite(data).value();
    if (sent == data.size()) return;
    rest_ = std::make_unique<std::string>(data.substr(sent));
    if (!std::exchange(waits_, true)) stream_.OnWritable([this] { OnWritable(); });
  }

  void OnWritable() {
    if (rest_ == nullptr) return;
    Write(*std::exchange(rest_, nullptr));
    if (rest_ == nullptr) OnReadable();
  }

  Server& server_;
  net::TcpStream stream_;
  std::unique_ptr<std::string> rest_;  // What is not yet written.
  bool waits_ = false;                 // Whether OnWritable was set.
};

Task<void> Serve(Server& server, net::TcpStream stream) {
  // Its own, as a write may wait, if only until the next turn.
  char buffer[bench::kMessage];
  for (;;) {
    const size_t bytes = (co_await stream.Read(absl::MakeSpan(buffer))).value();
    if (bytes == 0) break;
    CHECK_OK(co_await stream.Write(absl::string_view(buffer, bytes)));
    server.Echoed(bytes);
  }
  server.Gone();
}

Task<absl::Status> Listen(Server& server, bool coroutines) {
  absl::StatusOr<net::TcpListener> listener =
      co_await server.runtime.Submit(net::Listen{.address = net::Address::Loopback()});
  if (!listener.ok()) co_return listener.status();
  server.Listens(listener->local_address().port());
  co_return co_await WithTaskGroup([&](TaskGroup& clients) -> Task<absl::Status> {
    for (;;) {
      absl::StatusOr<net::TcpStream> stream = co_await listener->Accept();
      if (!stream.ok()) co_return stream.status();
      server.Opened();
      if (coroutines) {
        clients.Spawn(Serve(server, *std::move(stream)));
      } else {
        new Session(server, *std::move(stream));
      }
    }
  });
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  bench::Require(variant == "callbacks" || variant == "coroutines", "callbacks or coroutines");
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime =
      rondo::Runtime::Builder().Add(std::make_unique<rondo::net::NetPlugin>()).Build();
  CHECK_OK(runtime.status());
  rondo::Server server(**runtime);
  (*runtime)->Spawn(rondo::Listen(server, variant == "coroutines"), "listen");
  CHECK_OK((*runtime)->Run());
  server.Print();
}
