#include "tests/plugins/net/tls_fixture.h"

#include <cstddef>
#include <utility>

#include "absl/types/span.h"
#include "runtime/when_all.h"

namespace rondo::net {
namespace {

Task<absl::StatusOr<TlsStream>> Serve(Runtime& runtime, TcpStream stream,
                                      std::shared_ptr<TlsServerContext> context) {
  co_return co_await runtime.Submit(
      StartTlsServer{.stream = std::move(stream), .context = std::move(context)});
}

Task<absl::StatusOr<TlsStream>> Ask(Runtime& runtime, TcpStream stream, std::string name,
                                    std::shared_ptr<TlsClientContext> context) {
  co_return co_await runtime.Submit(StartTlsClient{
      .stream = std::move(stream), .server_name = std::move(name), .context = std::move(context)});
}

}  // namespace

Task<Shaken> TlsFixture::Shake(std::shared_ptr<TlsServerContext> server,
                               std::shared_ptr<TlsClientContext> client, std::string name) {
  auto [a, b] = co_await ConnectStreams();
  auto [asked, served] =
      co_await WhenAll(Ask(*runtime, std::move(a), std::move(name), std::move(client)),
                       Serve(*runtime, std::move(b), std::move(server)));
  co_return Shaken{std::move(asked), std::move(served)};
}

Task<TlsFixture::Pair> TlsFixture::Connected() {
  Shaken shaken = co_await Shake(Server(), Client());
  CHECK_OK(shaken.client.status());
  CHECK_OK(shaken.server.status());
  co_return Pair{*std::move(shaken.client), *std::move(shaken.server)};
}

Task<std::string> TlsFixture::Get(TlsStream& stream) {
  char buffer[65536];
  absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
  if (!size.ok()) co_return size.status().ToString();
  co_return std::string(buffer, *size);
}

}  // namespace rondo::net
