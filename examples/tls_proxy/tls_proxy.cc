// For programs that do not speak TLS: each connection that comes in is carried on to a server by
// TLS.
//
//   $ bazel run //examples:tls_proxy -- --port=8080 --to=example.org:443
//   listening on 127.0.0.1:8080
//   $ curl --header 'Host: example.org' http://127.0.0.1:8080/

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "plugins/fs/fs.h"
#include "plugins/net/net.h"
#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

ABSL_FLAG(uint16_t, port, 0, "Where to listen, on the loopback interface; 0: any free port.");
ABSL_FLAG(std::string, to, "", "The server, as HOST:PORT.");
ABSL_FLAG(std::string, server_name, "", "Whom its certificate must be for; empty: HOST.");
ABSL_FLAG(std::string, ca, "", "A PEM file of who is trusted; empty: whom this host trusts.");
ABSL_FLAG(int64_t, connections, -1, "How many to carry before it ends; -1: no end.");

namespace rondo {
namespace {

// Where every connection goes.
struct Target {
  std::string host;
  uint16_t port = 0;
  std::shared_ptr<net::TlsClientContext> context;
};

absl::StatusOr<Target> ParseTarget(const std::string& text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port == 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("--to=", text, ": not HOST:PORT"));
  }
  absl::string_view host = absl::string_view(text).substr(0, colon);
  // Those that keep the colons of an IPv6 address apart from the port's.
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return Target{std::string(host), static_cast<uint16_t>(port), nullptr};
}

Task<absl::StatusOr<Target>> FindTarget(Runtime& runtime) {
  absl::StatusOr<Target> target = ParseTarget(absl::GetFlag(FLAGS_to));
  if (!target.ok()) co_return target.status();
  net::TlsClientOptions options;
  if (const std::string file = absl::GetFlag(FLAGS_ca); !file.empty()) {
    absl::StatusOr<std::string> ca = co_await runtime.Submit(fs::ReadFile{.path = file});
    if (!ca.ok()) co_return ca.status();
    options.ca_pem = *std::move(ca);
  }
  auto context = net::TlsClientContext::Create(options);
  if (!context.ok()) co_return context.status();
  target->context = *std::move(context);
  co_return target;
}

// One direction. The end of one is told to the other side, and the other direction goes on.
template <typename From, typename To>
Task<absl::Status> Carry(From& from, To& to) {
  char buffer[16384];
  for (;;) {
    absl::StatusOr<size_t> size = co_await from.Read(absl::MakeSpan(buffer));
    if (!size.ok()) co_return size.status();
    if (*size == 0) co_return to.ShutdownWrite();
    absl::Status written = co_await to.Write(absl::string_view(buffer, *size));
    if (!written.ok()) co_return written;
  }
}

Task<absl::Status> CarryBoth(Runtime& runtime, const Target& target, net::TcpStream& plain) {
  absl::StatusOr<net::TlsStream> secure =
      co_await runtime.Submit(net::ConnectTls{.host = target.host,
                                              .port = target.port,
                                              .server_name = absl::GetFlag(FLAGS_server_name),
                                              .context = target.context},
                              {.timeout = absl::Seconds(30)});
  if (!secure.ok()) co_return secure.status();
  co_return co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
    group.Spawn(Carry(*secure, plain));
    co_return co_await Carry(plain, *secure);
  });
}

// One connection's trouble is no reason to leave the others, so it ends here.
Task<void> Serve(Runtime& runtime, const Target& target, net::TcpStream plain) {
  const absl::Status status = co_await CarryBoth(runtime, target, plain);
  if (status.ok()) co_return;
  std::cerr << status.message() << std::endl;
  plain.Reset();  // What came is not all there was, and must not look so.
}

Task<absl::Status> Listen(Runtime& runtime) {
  absl::StatusOr<Target> target = co_await FindTarget(runtime);
  if (!target.ok()) co_return target.status();
  absl::StatusOr<net::TcpListener> listener = co_await runtime.Submit(
      net::Listen{.address = net::Address::Loopback(absl::GetFlag(FLAGS_port))});
  if (!listener.ok()) co_return listener.status();
  std::cout << "listening on " << listener->local_address().ToString() << std::endl;
  co_return co_await WithTaskGroup([&](TaskGroup& clients) -> Task<absl::Status> {
    for (int64_t left = absl::GetFlag(FLAGS_connections); left != 0; --left) {
      absl::StatusOr<net::TcpStream> stream = co_await listener->Accept();
      if (!stream.ok()) co_return stream.status();
      clients.Spawn(Serve(runtime, *target, *std::move(stream)));
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
