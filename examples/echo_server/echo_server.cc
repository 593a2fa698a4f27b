// Sends back what it receives, to any number of clients at once.
//
//   $ bazel run //examples:echo_server -- --port=7000
//   listening on 127.0.0.1:7000

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/net.h"
#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

ABSL_FLAG(uint16_t, port, 0, "Where to listen, on the loopback interface; 0: any free port.");
ABSL_FLAG(int64_t, connections, -1, "How many clients to serve before it ends; -1: no end.");

namespace rondo {
namespace {

Task<absl::Status> Echo(net::TcpStream& stream) {
  char buffer[4096];
  for (;;) {
    const absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    if (!size.ok()) co_return size.status();
    if (*size == 0) co_return absl::OkStatus();
    absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
    if (!written.ok()) co_return written;
  }
}

// One client's trouble is no reason to leave the others, so it ends here.
Task<void> Serve(net::TcpStream stream) {
  const absl::Status status = co_await Echo(stream);
  if (!status.ok()) std::cerr << status.message() << std::endl;
}

Task<absl::Status> Listen(Runtime& runtime) {
  absl::StatusOr<net::TcpListener> listener = co_await runtime.Submit(
      net::Listen{.address = net::Address::Loopback(absl::GetFlag(FLAGS_port))});
  if (!listener.ok()) co_return listener.status();
  std::cout << "listening on " << listener->local_address().ToString() << std::endl;
  co_return co_await WithTaskGroup([&](TaskGroup& clients) -> Task<absl::Status> {
    for (int64_t left = absl::GetFlag(FLAGS_connections); left != 0; --left) {
      absl::StatusOr<net::TcpStream> stream = co_await listener->Accept();
      if (!stream.ok()) co_return stream.status();
      clients.Spawn(Serve(*std::move(stream)));
    }
    co_return absl::OkStatus();
  });
}

Task<int> Run(Runtime& runtime) {
  const absl::Status status = co_await Listen(runtime);
  if (!status.ok()) std::cerr << status.message() << std::endl;
  co_return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return rondo::Main(&rondo::Run);
}
