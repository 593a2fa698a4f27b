#include "plugins/net/tls_handshake.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugins/net/connector.h"
#include "plugins/net/net.h"
#include "plugins/net/socket.h"
#include "plugins/net/stream_operations.h"
#include "plugins/net/tls_channel.h"

namespace rondo::net::internal {
namespace {

class HandshakeOperation final : public SocketOperation {
 public:
  explicit HandshakeOperation(TlsChannel& channel)
      : SocketOperation(channel.connection(), Direction::kRead), channel_(channel) {}

  absl::Status await_resume() { return std::move(status_); }

 private:
  bool Try() override {
    const int64_t done = channel_.Handshake();
    if (done == kFailed) status_ = channel_.receive_status();
    return done != kBlocked;
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "tls handshake with"; }

  TlsChannel& channel_;
  absl::Status status_;
};

Task<absl::StatusOr<TlsStream>> Shake(std::unique_ptr<TlsChannel> channel) {
  if (absl::Status status = co_await HandshakeOperation(*channel); !status.ok()) co_return status;
  co_return TlsStream(std::move(channel));
}

}  // namespace

Task<absl::StatusOr<TlsStream>> TlsHandshakes::Server(StartTlsServer request) {
  if (request.context == nullptr) {
    co_return absl::InvalidArgumentError("tls: a server needs a context");
  }
  co_return co_await Shake(std::make_unique<TlsChannel>(std::move(request.stream).TakeChannel(),
                                                        std::move(request.context)));
}

Task<absl::StatusOr<TlsStream>> TlsHandshakes::Client(StartTlsClient request) {
  // Whoever is at the other end, it is resumed only by who has this name.
  std::string key = request.server_name;
  co_return co_await ClientOn(std::move(request.stream).TakeChannel(),
                              std::move(request.server_name), std::move(request.context),
                              std::move(key));
}

Task<absl::StatusOr<TlsStream>> TlsHandshakes::Connect(Runtime& runtime, ConnectTls request) {
  absl::StatusOr<TcpStream> stream = co_await ConnectToHost(
      runtime, {.host = request.host, .port = request.port, .stagger = request.stagger});
  if (!stream.ok()) co_return stream.status();
  std::string name = request.server_name.empty() ? request.host : std::move(request.server_name);
  std::string key = absl::StrCat(name, " ", request.host, ":", request.port);
  co_return co_await ClientOn((*std::move(stream)).TakeChannel(), std::move(name),
                              std::move(request.context), std::move(key));
}

Task<absl::StatusOr<TlsStream>> TlsHandshakes::ClientOn(ConnectionPtr connection,
                                                        std::string server_name,
                                                        std::shared_ptr<TlsClientContext> context,
                                                        std::string session_key) {
  // A dot at the end, which only a resolver knows, is in no certificate.
  if (!server_name.empty() && server_name.back() == '.') server_name.pop_back();
  if (server_name.empty() || server_name.size() > 253 ||
      server_name.find('\0') != std::string::npos) {
    co_return absl::InvalidArgumentError(
        absl::StrCat("tls: \"", absl::CEscape(server_name), "\" is no name of a server"));
  }
  absl::StatusOr<std::shared_ptr<TlsClientContext>> used = OrDefault(std::move(context));
  if (!used.ok()) co_return used.status();
  co_return co_await Shake(std::make_unique<TlsChannel>(std::move(connection), *std::move(used),
                                                        server_name, std::move(session_key)));
}

absl::StatusOr<std::shared_ptr<TlsClientContext>> TlsHandshakes::OrDefault(
    std::shared_ptr<TlsClientContext> context) {
  if (context != nullptr) return context;
  if (default_ == nullptr) {
    absl::StatusOr<std::shared_ptr<TlsClientContext>> made = TlsClientContext::Create({});
    if (!made.ok()) return made.status();
    default_ = *std::move(made);
  }
  return default_;
}

}  // namespace rondo::net::internal
