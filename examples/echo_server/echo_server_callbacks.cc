// The echo server with callbacks: a client costs no coroutine and, while it is silent, no buffer.
//
//   $ bazel run //examples:echo_server_callbacks -- --port=7000
//   listening on 127.0.0.1:7000

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/net.h"
#include "plugins/net/net_plugin.h"
#include "runtime/runtime.h"
#include "runtime/runtime_builder.h"
#include "runtime/task.h"

ABSL_FLAG(uint16_t, port, 0, "Where to listen, on the loopback interface; 0: any free port.");
ABSL_FLAG(int64_t, connections, -1, "How many clients to serve before it ends; -1: no end.");

namespace rondo {
namespace {

// One client. Owns itself, until it has gone. While it does not read, nothing more is read from it.
class Client {
 public:
  explicit Client(net::TcpStream stream) : stream_(std::move(stream)) {
    stream_.OnReadable([this] { Continue(); });
    stream_.OnWritable([this] { Continue(); });
  }

 private:
  // Deletes this when there is nothing left to do.
  void Continue() {
    char buffer[4096];
    while (SendUnsent()) {
      std::optional<absl::StatusOr<size_t>> size = stream_.TryRead(absl::MakeSpan(buffer));
      if (!size.has_value()) return;
      if (!size->ok() || **size == 0) return End(size->status());
      unsent_.assign(buffer, **size);
    }
  }
  // False when the kernel does not take all now, or this is no more.
  bool SendUnsent() {
    if (unsent_.empty()) return true;
    absl::StatusOr<size_t> sent = stream_.TryWrite(unsent_);
    if (!sent.ok()) {
      End(sent.status());
      return false;
    }
    unsent_.erase(0, *sent);
    if (!unsent_.empty()) return false;
    std::string().swap(unsent_);
    return true;
  }
  // The destructor closes the connection. One client's trouble is no reason to leave the others.
  void End(const absl::Status& status) {
    if (!status.ok()) std::cerr << status.message() << std::endl;
    delete this;
  }

  net::TcpStream stream_;
  std::string unsent_;
};

Task<absl::Status> Accept(net::TcpListener listener) {
  for (int64_t left = absl::GetFlag(FLAGS_connections); left != 0; --left) {
    absl::StatusOr<net::TcpStream> stream = co_await listener.Accept();
    if (!stream.ok()) co_return stream.status();
    new Client(*std::move(stream));
  }
  co_return absl::OkStatus();
}

absl::Status Run() {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Add(std::make_unique<net::NetPlugin>()).Build();
  if (!runtime.ok()) return runtime.status();
  absl::Status listens;
  (*runtime)->Submit(net::Listen{.address = net::Address::Loopback(absl::GetFlag(FLAGS_port))},
                     [&](absl::StatusOr<net::TcpListener> listener) {
                       listens = listener.status();
                       if (!listens.ok()) return;
                       std::cout << "listening on " << listener->local_address().ToString()
                                 << std::endl;
                       (*runtime)->Spawn(Accept(*std::move(listener)), "accept");
                     });
  // Until the listener is closed and the last client has gone: open, they keep the loop alive.
  absl::Status status = (*runtime)->Run();
  return listens.ok() ? status : listens;
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = rondo::Run();
  if (status.ok()) return 0;
  std::cerr << status.message() << std::endl;
  return 1;
}
