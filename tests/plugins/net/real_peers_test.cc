// Programs of others at the other end: OpenSSL's, curl and socat.
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/buffered_reader.h"
#include "plugins/net/net.h"
#include "plugins/net/server.h"
#include "runtime/task.h"
#include "tests/plugins/net/program.h"
#include "tests/plugins/net/tls_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class RealPeersTest : public TlsFixture {
 protected:
  // A file of the test's own.
  static std::string File(absl::string_view name, absl::string_view content) {
    std::string path = absl::StrCat(testing::TempDir(), "/", name);
    std::ofstream(path) << content;
    return path;
  }
  std::string TrustedFile() const { return File("ca.pem", authority_.pem()); }

  // Serves what `handler` does by TLS while `peer` runs.
  Task<void> WithServer(std::shared_ptr<TlsServerContext> context, TlsServer::Handler handler,
                        absl::AnyInvocable<Task<void>(const Address&)> peer) {
    TlsServer server(runtime->loop(), co_await ListenOn(), std::move(context), std::move(handler));
    std::optional<absl::Status> ended;
    runtime->Spawn([](TlsServer& s, std::optional<absl::Status>& e) -> Task<void> {
      e = co_await s.Run();
    }(server, ended));
    co_await peer(server.local_address());
    server.Drain(absl::InfiniteDuration());
    while (!ended.has_value()) co_await NextTurn();
    EXPECT_TRUE(ended->ok()) << *ended;
    handshakes_failed_ = server.stats().handshakes_failed;
  }

  // Sends lines back until there are no more, and keeps what the last client used.
  Task<void> Echo(TlsStream& stream) {
    version_ = stream.version();
    protocol_ = stream.protocol();
    subject_ = stream.peer_subject();
    BufferedReader reader(stream);
    for (;;) {
      absl::StatusOr<std::string> line = co_await reader.ReadUntil("\n", 1000);
      if (!line.ok()) co_return;
      if (!(co_await stream.Write(absl::StrCat("<", *line, ">\n"))).ok()) co_return;
    }
  }
  // Answers one request.
  static Task<void> Http(TlsStream& stream) {
    BufferedReader reader(stream);
    if (!(co_await reader.ReadUntil("\r\n\r\n", 10'000)).ok()) co_return;
    (co_await stream.Write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")).IgnoreError();
    (void)stream.ShutdownWrite();
    char rest[100];
    while ((co_await stream.Read(absl::MakeSpan(rest))).value_or(0) > 0) {
    }
  }

  std::vector<std::string> SClient(const Address& server, std::vector<std::string> more = {}) {
    std::vector<std::string> command = {
        "openssl",         "s_client",         "-quiet",      "-connect",
        server.ToString(), "-CAfile",          TrustedFile(), "-servername",
        "a.test",          "-verify_hostname", "a.test",      "-verify_return_error"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }

  // A server of OpenSSL that sends lines back reversed; its port.
  Task<uint16_t> StartSServer(std::optional<Program>& server, const TlsCertificate& certificate,
                              std::vector<std::string> more = {}) {
    std::vector<std::string> command = {"openssl",
                                        "s_server",
                                        "-accept",
                                        "127.0.0.1:0",
                                        "-naccept",
                                        "1",
                                        "-rev",
                                        "-cert",
                                        File("server.pem", certificate.chain_pem),
                                        "-key",
                                        File("server.key", certificate.key_pem)};
    command.insert(command.end(), more.begin(), more.end());
    server.emplace(runtime->loop(), command);
    const std::string line = co_await server->ReadUntilLineWith("ACCEPT");
    uint32_t port = 0;
    CHECK(absl::SimpleAtoi(line.substr(line.rfind(':') + 1), &port)) << server->its_output();
    co_return static_cast<uint16_t>(port);
  }
  Task<absl::StatusOr<TlsStream>> ConnectTo(uint16_t port,
                                            std::shared_ptr<TlsClientContext> context,
                                            std::string name = "a.test") {
    co_return co_await runtime->Submit(ConnectTls{
        .host = "127.0.0.1", .port = port, .server_name = name, .context = std::move(context)});
  }

  std::string version_;
  std::string protocol_;
  std::string subject_;
  int64_t handshakes_failed_ = 0;
};

TEST_F(RealPeersTest, SClientOfBothVersions) {
  for (const auto& [flag, version] : {std::pair("-tls1_2", "TLSv1.2"), {"-tls1_3", "TLSv1.3"}}) {
    Run([&]() -> Task<void> {
      co_await WithServer(
          Server({.certificate = Good(), .alpn = {"h2", "echo"}}),
          [this](TlsStream& stream) { return Echo(stream); },
          [&](const Address& address) -> Task<void> {
            Program client(runtime->loop(), SClient(address, {flag, "-alpn", "echo"}));
            co_await client.Say("hello\nagain\n");
            EXPECT_NE(co_await client.ReadUntilLineWith("<hello>"), "") << client.its_output();
            EXPECT_NE(co_await client.ReadUntilLineWith("<again>"), "") << client.its_output();
          });
      EXPECT_EQ(version_, version);
      EXPECT_EQ(protocol_, "echo");
    });
  }
}

TEST_F(RealPeersTest, SClientShowsACertificate) {
  Run([this]() -> Task<void> {
    const TlsCertificate mine = authority_.Issue({.common_name = "somebody"});
    co_await WithServer(
        Server({.certificate = Good(),
                .client_certificate = ClientCertificate::kRequired,
                .client_ca_pem = authority_.pem()}),
        [this](TlsStream& stream) { return Echo(stream); },
        [&](const Address& address) -> Task<void> {
          {
            Program client(runtime->loop(),
                           SClient(address, {"-cert", File("client.pem", mine.chain_pem), "-key",
                                             File("client.key", mine.key_pem)}));
            co_await client.Say("hello\n");
            EXPECT_NE(co_await client.ReadUntilLineWith("<hello>"), "") << client.its_output();
          }
          Program nobody(runtime->loop(), SClient(address));
          EXPECT_NE(co_await nobody.End(), 0);
          EXPECT_THAT(nobody.its_output(), HasSubstr("certificate required"));
        });
    EXPECT_EQ(subject_, "CN=somebody");
    EXPECT_EQ(handshakes_failed_, 1);
  });
}

TEST_F(RealPeersTest, SClientRefusesAndIsRefused) {
  Run([this]() -> Task<void> {
    co_await WithServer(
        Server(), [this](TlsStream& stream) { return Echo(stream); },
        [&](const Address& address) -> Task<void> {
          Program other_name(runtime->loop(), SClient(address, {"-verify_hostname", "b.test"}));
          EXPECT_NE(co_await other_name.End(), 0);
          EXPECT_THAT(other_name.its_output(), HasSubstr("ostname mismatch"));
          Program old(runtime->loop(), SClient(address, {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}));
          EXPECT_NE(co_await old.End(), 0);
          EXPECT_THAT(old.its_output(), HasSubstr("protocol version"));
        });
    EXPECT_EQ(handshakes_failed_, 2);
  });
}

TEST_F(RealPeersTest, SServerOfBothVersions) {
  for (const auto& [flag, version] : {std::pair("-tls1_2", "TLSv1.2"), {"-tls1_3", "TLSv1.3"}}) {
    Run([&]() -> Task<void> {
      std::optional<Program> server;
      const uint16_t port = co_await StartSServer(server, Good(), {flag});
      absl::StatusOr<TlsStream> stream = co_await ConnectTo(port, Client());
      CHECK_OK(stream.status());
      EXPECT_EQ(stream->version(), version);
      EXPECT_TRUE((co_await stream->Write("hello\n")).ok());
      BufferedReader reader(*stream);
      EXPECT_EQ((co_await reader.ReadUntil("\n", 100)).value_or("(error)"), "olleh");
      stream->Close();
      EXPECT_EQ(co_await server->End(), 0) << server->its_output();
    });
  }
}

TEST_F(RealPeersTest, SServersCertificateIsVerified) {
  Run([this]() -> Task<void> {
    struct Case {
      TlsCertificate certificate;
      std::string name;
      std::string why;
    };
    const std::vector<Case> cases = {
        {Good(), "b.test", "ostname mismatch"},
        {authority_.Issue({.alternative_names = "DNS:a.test", .expired = true}), "a.test",
         "has expired"},
        {SelfSigned("DNS:a.test"), "a.test", "self-signed"},
        {authority_.Issue({.alternative_names = "DNS:a.test", .serial = 7}), "a.test", "revoked"},
    };
    auto context = Client(
        {.ca_pem = authority_.pem(), .revocation_lists_pem = authority_.RevocationList({7})});
    for (const Case& c : cases) {
      std::optional<Program> server;
      const uint16_t port = co_await StartSServer(server, c.certificate);
      absl::StatusOr<TlsStream> stream = co_await ConnectTo(port, context, c.name);
      EXPECT_EQ(stream.status().code(), StatusCode::kUnauthenticated);
      EXPECT_THAT(std::string(stream.status().message()), HasSubstr(c.why));
      EXPECT_THAT(std::string(stream.status().message()),
                  HasSubstr(absl::StrCat(c.name, " (127.0.0.1:", port, ")")));
    }
  });
}

TEST_F(RealPeersTest, CurlFetchesByHttps) {
  Run([this]() -> Task<void> {
    co_await WithServer(
        Server({.certificate = Good(), .alpn = {"http/1.1"}}), &Http,
        [&](const Address& address) -> Task<void> {
          const auto curl = [&](std::string url, std::string trusted) {
            return std::vector<std::string>{"curl",
                                            "--disable",  // The user's own settings.
                                            "--silent",
                                            "--show-error",
                                            "--noproxy",
                                            "*",
                                            "--cacert",
                                            trusted,
                                            "--resolve",
                                            absl::StrCat("a.test:", address.port(), ":127.0.0.1"),
                                            "--resolve",
                                            absl::StrCat("b.test:", address.port(), ":127.0.0.1"),
                                            absl::StrCat(url, ":", address.port(), "/")};
          };
          Program good(runtime->loop(), curl("https://a.test", TrustedFile()));
          EXPECT_EQ(co_await good.ReadLine(), "hello");
          EXPECT_EQ(co_await good.End(), 0) << good.its_output();

          const int kBadCertificate = 60;
          Program other(runtime->loop(), curl("https://b.test", TrustedFile()));
          EXPECT_EQ(co_await other.End(), kBadCertificate) << other.its_output();
          Program stranger(runtime->loop(),
                           curl("https://a.test", File("other.pem", Authority("other").pem())));
          EXPECT_EQ(co_await stranger.End(), kBadCertificate) << stranger.its_output();

          // Plain HTTP to the port of TLS: the connection just ends.
          Program plain(runtime->loop(), curl("http://a.test", TrustedFile()));
          EXPECT_NE(co_await plain.End(), 0);
        });
    // curl looks at the name when the handshake is over, so that this one may count or not.
    EXPECT_GE(handshakes_failed_, 2);
  });
}

TEST_F(RealPeersTest, SocatSpeaksTls) {
  Run([this]() -> Task<void> {
    co_await WithServer(
        Server(), [this](TlsStream& stream) { return Echo(stream); },
        [&](const Address& address) -> Task<void> {
          Program client(runtime->loop(),
                         {"socat", "-",
                          absl::StrCat("OPENSSL:127.0.0.1:", address.port(),
                                       ",cafile=", TrustedFile(), ",commonname=a.test")});
          co_await client.Say("hello\n");
          EXPECT_EQ(co_await client.ReadLine(), "<hello>");
          client.NoMoreInput();
          EXPECT_EQ(co_await client.End(), 0) << client.its_output();
        });
  });
}

TEST_F(RealPeersTest, SocatByTcpUnixAndUdp) {
  Run([this]() -> Task<void> {
    TcpListener tcp = co_await ListenOn();
    Program by_tcp(runtime->loop(), {"socat", "-", absl::StrCat("TCP:", tcp.local_address())});
    absl::StatusOr<TcpStream> stream = co_await tcp.Accept();
    CHECK_OK(stream.status());
    co_await by_tcp.Say("one\n");
    EXPECT_EQ(co_await Read(*stream), "one\n");
    EXPECT_TRUE((co_await stream->Write("two\n")).ok());
    EXPECT_EQ(co_await by_tcp.ReadLine(), "two");
    stream->Close();
    EXPECT_EQ(co_await by_tcp.End(), 0);

    const std::string path = absl::StrCat("@rondo-real-peers-", tcp.local_address().port());
    absl::StatusOr<UnixListener> listener = co_await runtime->Submit(ListenUnix{.path = path});
    CHECK_OK(listener.status());
    Program by_unix(runtime->loop(), {"socat", "-", absl::StrCat("ABSTRACT:", path.substr(1))});
    absl::StatusOr<UnixStream> local = co_await listener->Accept();
    CHECK_OK(local.status());
    EXPECT_TRUE((co_await local->Write("three\n")).ok());
    EXPECT_EQ(co_await by_unix.ReadLine(), "three");
    local->Close();
    EXPECT_EQ(co_await by_unix.End(), 0);

    absl::StatusOr<UdpSocket> udp =
        co_await runtime->Submit(BindUdp{.address = Address::Loopback()});
    CHECK_OK(udp.status());
    Program by_udp(runtime->loop(), {"socat", "-", absl::StrCat("UDP:", udp->local_address())});
    co_await by_udp.Say("four\n");
    char buffer[100];
    absl::StatusOr<Datagram> datagram = co_await udp->Receive(absl::MakeSpan(buffer));
    CHECK_OK(datagram.status());
    EXPECT_EQ(datagram->data, "four\n");
    EXPECT_TRUE((co_await udp->Send("five\n", datagram->from)).ok());
    EXPECT_EQ(co_await by_udp.ReadLine(), "five");
  });
}

}  // namespace
}  // namespace rondo::net
