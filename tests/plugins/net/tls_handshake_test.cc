// Handshakes: who is trusted, what is agreed on, and what goes wrong.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "tests/plugins/net/certificates.h"
#include "tests/plugins/net/peer.h"
#include "tests/plugins/net/tls_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

class HandshakeTest : public TlsFixture {
 protected:
  // The client must refuse, for this reason, and the server hear of it.
  Task<void> Refused(TlsServerOptions server, TlsClientOptions client, std::string why,
                     std::string name = "a.test") {
    Shaken shaken = co_await Shake(Server(server), Client(client), name);
    EXPECT_EQ(shaken.client.status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(std::string(shaken.client.status().message()),
                testing::MatchesRegex(absl::StrCat("tls handshake with ", name,
                                                   " \\(127.0.0.1:[0-9]+\\): the peer's "
                                                   "certificate is refused: ",
                                                   why)));
    EXPECT_EQ(shaken.server.status().code(), StatusCode::kPermissionDenied)
        << shaken.server.status();
  }
};

TEST_F(HandshakeTest, BadCertificatesAreRefused) {
  Run([this]() -> Task<void> {
    const TlsClientOptions trusting = {.ca_pem = authority_.pem()};
    co_await Refused({.certificate = Good()}, trusting, "hostname mismatch", "b.test");
    co_await Refused({.certificate = Good()}, trusting, "IP address mismatch", "127.0.0.2");
    co_await Refused(
        {.certificate = authority_.Issue({.alternative_names = "DNS:a.test", .expired = true})},
        trusting, "certificate has expired");
    co_await Refused({.certificate = SelfSigned("DNS:a.test")}, trusting,
                     "self-signed certificate");
    const Authority stranger("stranger");
    co_await Refused({.certificate = stranger.Issue({.alternative_names = "DNS:a.test"})}, trusting,
                     "unable to get local issuer certificate");
    co_await Refused(
        {.certificate = authority_.Issue({.alternative_names = "DNS:a.test", .serial = 7})},
        {.ca_pem = authority_.pem(), .revocation_lists_pem = authority_.RevocationList({5, 7})},
        "certificate revoked");
    // Whom this host trusts, and nobody there has signed it.
    co_await Refused({.certificate = Good()}, {}, "unable to get local issuer certificate");
  });
}

TEST_F(HandshakeTest, GoodOnesAreNot) {
  Run([this]() -> Task<void> {
    for (const char* name : {"a.test", "A.TEST", "a.test.", "127.0.0.1"}) {
      Shaken shaken = co_await Shake(Server(), Client(), name);
      EXPECT_TRUE(shaken.client.ok()) << shaken.client.status();
      EXPECT_TRUE(shaken.server.ok()) << shaken.server.status();
    }
    Shaken listed =
        co_await Shake(Server(), Client({.ca_pem = authority_.pem(),
                                         .revocation_lists_pem = authority_.RevocationList({5})}));
    EXPECT_TRUE(listed.client.ok()) << listed.client.status();
    // Who wants no security gets none.
    Shaken skipped = co_await Shake(Server({.certificate = SelfSigned("DNS:x.test")}),
                                    Client({.insecure_skip_verification = true}));
    EXPECT_TRUE(skipped.client.ok()) << skipped.client.status();
  });
}

TEST_F(HandshakeTest, TheServerHasACertificateForEachName) {
  Run([this]() -> Task<void> {
    auto server = Server(
        {.certificate = Good(),
         .by_name = {{"B.test",
                      authority_.Issue({.common_name = "b", .alternative_names = "DNS:b.test"})}}});
    for (const auto& [name, subject] :
         {std::pair("a.test", "CN=good"), std::pair("b.test", "CN=b")}) {
      Shaken shaken = co_await Shake(server, Client(), name);
      EXPECT_TRUE(shaken.client.ok()) << shaken.client.status();
      EXPECT_EQ(shaken.client->peer_subject(), subject);
    }
  });
}

TEST_F(HandshakeTest, AgreesOnAProtocol) {
  Run([this]() -> Task<void> {
    auto server = Server({.certificate = Good(), .alpn = {"h2", "http/1.1"}});
    const auto client = [this](std::vector<std::string> alpn) {
      return Client({.ca_pem = authority_.pem(), .alpn = std::move(alpn)});
    };
    Shaken shaken = co_await Shake(server, client({"http/1.1", "h2"}));
    EXPECT_EQ(shaken.client->protocol(), "h2") << "the server chooses";
    EXPECT_EQ(shaken.server->protocol(), "h2");
    shaken = co_await Shake(server, client({}));
    EXPECT_EQ(shaken.client->protocol(), "");
    shaken = co_await Shake(Server(), client({"h2"}));
    EXPECT_EQ(shaken.client->protocol(), "");
    shaken = co_await Shake(server, client({"smtp"}));
    EXPECT_EQ(shaken.client.status().code(), StatusCode::kPermissionDenied);
    EXPECT_EQ(shaken.server.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(shaken.server.status().message()),
                HasSubstr("no application protocol"));
  });
}

TEST_F(HandshakeTest, ASecondConnectionResumesTheFirst) {
  Run([this]() -> Task<void> {
    auto server = Server();
    auto client = Client();
    for (const bool resumed : {false, true, true}) {
      Shaken shaken = co_await Shake(server, client);
      EXPECT_TRUE(shaken.client.ok()) << shaken.client.status();
      EXPECT_EQ(shaken.client->resumed(), resumed);
      EXPECT_EQ(shaken.server->resumed(), resumed);
      // Tickets come with the first data.
      EXPECT_TRUE((co_await shaken.server->Write("x")).ok());
      EXPECT_EQ(co_await Get(*shaken.client), "x");
    }
    // Another name is another server.
    Shaken other = co_await Shake(server, client, "127.0.0.1");
    EXPECT_FALSE(other.client->resumed());
  });
}

TEST_F(HandshakeTest, ClientsShowCertificates) {
  Run([this]() -> Task<void> {
    const Authority clients("clients");
    const auto server = [&](ClientCertificate which) {
      return Server({.certificate = Good(),
                     .client_certificate = which,
                     .client_ca_pem = clients.pem(),
                     .revocation_lists_pem = clients.RevocationList({66})});
    };
    const auto client = [&](const TlsCertificate& certificate) {
      return Client({.ca_pem = authority_.pem(), .certificate = certificate});
    };
    const auto required = ClientCertificate::kRequired;
    Shaken shaken = co_await Shake(server(required), client(clients.Issue({.common_name = "me"})));
    EXPECT_TRUE(shaken.server.ok()) << shaken.server.status();
    EXPECT_EQ(shaken.server->peer_subject(), "CN=me");

    // A client of TLS 1.3 is done before the server has looked; it hears of it when it reads.
    shaken = co_await Shake(server(required), client({}));
    EXPECT_EQ(shaken.server.status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(std::string(shaken.server.status().message()),
                HasSubstr("the peer shows no certificate"));
    EXPECT_THAT(co_await Get(*shaken.client), HasSubstr("PERMISSION_DENIED"));

    shaken = co_await Shake(server(required), client(authority_.Issue({})));
    EXPECT_EQ(shaken.server.status().code(), StatusCode::kUnauthenticated);
    shaken = co_await Shake(server(required), client(clients.Issue({.serial = 66})));
    EXPECT_EQ(shaken.server.status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(std::string(shaken.server.status().message()), HasSubstr("certificate revoked"));

    shaken = co_await Shake(server(ClientCertificate::kOptional), client({}));
    EXPECT_TRUE(shaken.server.ok()) << shaken.server.status();
    EXPECT_EQ(shaken.server->peer_subject(), "");
  });
}

TEST_F(HandshakeTest, ReloadedCertificatesAreForNewConnections) {
  Run([this]() -> Task<void> {
    auto server = Server();
    auto client = Client();
    Shaken before = co_await Shake(server, client);
    const TlsCertificate renewed =
        authority_.Issue({.common_name = "renewed", .alternative_names = "DNS:a.test"});
    absl::Status status = server->Reload({.certificate = {.chain_pem = renewed.chain_pem}});
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << "and nothing has changed";
    EXPECT_EQ((co_await Shake(server, Client())).client->peer_subject(), "CN=good");
    status = server->Reload({.certificate = renewed});
    EXPECT_TRUE(status.ok()) << status;
    Shaken after = co_await Shake(server, client);
    EXPECT_EQ(after.client->peer_subject(), "CN=renewed");
    EXPECT_TRUE((co_await before.server->Write("x")).ok());
    EXPECT_EQ(co_await Get(*before.client), "x");
  });
}

TEST_F(HandshakeTest, WhatIsNotTlsIsDataLoss) {
  Run([this]() -> Task<void> {
    for (const auto& [sent, why] : std::vector<std::pair<std::string, std::string>>{
             {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http request"},
             {std::string(100, '\xff'), ""},
             {std::string("\x16\x03\x01\xff\xff", 5) + std::string(100, 'x'), ""},
             {std::string("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9), ""}}) {
      auto [stream, peer] = co_await Connect();
      peer.Send(sent);
      absl::StatusOr<TlsStream> server =
          co_await runtime->Submit(StartTlsServer{std::move(stream), Server()});
      EXPECT_EQ(server.status().code(), StatusCode::kDataLoss) << server.status();
      EXPECT_THAT(std::string(server.status().message()), HasSubstr(why));
    }
  });
}

TEST_F(HandshakeTest, APeerThatAnswersWithHttpOrGoesAway) {
  Run([this]() -> Task<void> {
    {
      auto [stream, peer] = co_await Connect();
      peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
      absl::StatusOr<TlsStream> client =
          co_await runtime->Submit(StartTlsClient{std::move(stream), "a.test", Client()});
      EXPECT_EQ(client.status().code(), StatusCode::kDataLoss) << client.status();
    }
    auto [stream, peer] = co_await Connect();
    peer.ShutdownWrite();
    absl::StatusOr<TlsStream> client =
        co_await runtime->Submit(StartTlsClient{std::move(stream), "a.test", Client()});
    EXPECT_EQ(client.status().code(), StatusCode::kUnavailable);
    EXPECT_THAT(std::string(client.status().message()),
                HasSubstr("the connection ended in the handshake"));
  });
}

TEST_F(HandshakeTest, ASilentPeerIsLeftAtTheDeadline) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    absl::StatusOr<TlsStream> server = co_await runtime->Submit(
        StartTlsServer{std::move(stream), Server()}, {.timeout = absl::Milliseconds(5)});
    EXPECT_EQ(server.status().code(), StatusCode::kDeadlineExceeded);
    // The caller is told at once, and what it had submitted ends in its own time.
    for (int i = 0; i < 5; ++i) co_await NextTurn();
    EXPECT_EQ(peer.ReceiveAll(), "");
  });
}

TEST_F(HandshakeTest, GarbageAfterTheHandshakeIsDataLoss) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    std::unique_ptr<internal::TlsChannel> channel = std::move(server).TakeChannel();
    const std::string record = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    EXPECT_EQ(channel->connection().Send(record.data(), record.size()),
              static_cast<int64_t>(record.size()));
    EXPECT_THAT(co_await Get(client), HasSubstr("DATA_LOSS"));
    EXPECT_EQ((co_await client.Write("x")).code(), StatusCode::kDataLoss);
    channel->Reset();
  });
}

TEST_F(HandshakeTest, RefusesOptionsThatMakeNoSense) {
  const TlsCertificate good = Good();
  const std::string secret = good.key_pem.substr(good.key_pem.find('\n') + 1, 40);
  std::vector<TlsServerOptions> wrong = {
      {},
      {.certificate = {.chain_pem = "nothing", .key_pem = good.key_pem}},
      {.certificate = {.chain_pem = good.chain_pem,
                       .key_pem = "-----BEGIN PRIVATE KEY-----\n" + secret}},
      {.certificate = {.chain_pem = good.chain_pem, .key_pem = Good().key_pem}},
      {.certificate = good, .by_name = {{"b.test", {}}}},
      {.certificate = good, .alpn = {""}},
      {.certificate = good, .alpn = {std::string(256, 'x')}},
      {.certificate = good, .client_certificate = ClientCertificate::kRequired},
      {.certificate = good,
       .client_certificate = ClientCertificate::kRequired,
       .client_ca_pem = good.chain_pem + "-----BEGIN CERTIFICATE-----\ngarbage\n"},
      {.certificate = good, .handshakes_per_turn = 0},
  };
  for (const TlsServerOptions& options : wrong) {
    const absl::Status status = TlsServerContext::Create(options).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.ToString(), Not(HasSubstr(secret)));
  }
  EXPECT_FALSE(TlsClientContext::Create({.ca_pem = "nothing"}).ok());
}

TEST_F(HandshakeTest, NoNameOfAServer) {
  Run([this]() -> Task<void> {
    for (const std::string& name : {std::string(), std::string("."), std::string("a\0b", 3)}) {
      auto [stream, peer] = co_await Connect();
      absl::StatusOr<TlsStream> client =
          co_await runtime->Submit(StartTlsClient{std::move(stream), name, Client()});
      EXPECT_EQ(client.status().code(), StatusCode::kInvalidArgument) << client.status();
    }
    auto [stream, peer] = co_await Connect();
    absl::StatusOr<TlsStream> server =
        co_await runtime->Submit(StartTlsServer{std::move(stream), nullptr});
    EXPECT_EQ(server.status().code(), StatusCode::kInvalidArgument) << server.status();
  });
}

TEST_F(HandshakeTest, AllContextsTogetherAreAdmittedSoManyStepsInATurn) {
  Run([this]() -> Task<void> {
    const Loop& loop = runtime->loop();
    internal::HandshakeGate two(2);
    internal::HandshakeGate also_two(2);
    internal::HandshakeGate three(3);
    for (int i = 0; i < 2; ++i) {
      co_await NextTurn();
      EXPECT_TRUE(two.Admit(loop));
      EXPECT_TRUE(also_two.Admit(loop));
      EXPECT_FALSE(two.Admit(loop));
      EXPECT_FALSE(also_two.Admit(loop));
      EXPECT_TRUE(three.Admit(loop));
      EXPECT_FALSE(three.Admit(loop));
    }
  });
}

// With one step a turn, all of many get through, one after the other.
TEST_F(HandshakeTest, ManyTakeTurns) {
  Run([this]() -> Task<void> {
    auto server = Server({.certificate = Good(), .handshakes_per_turn = 1});
    auto client = Client({.ca_pem = authority_.pem(), .handshakes_per_turn = 1});
    const int64_t before = turn();
    int done = 0;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      for (int i = 0; i < 20; ++i) {
        group.Spawn([](HandshakeTest& t, std::shared_ptr<TlsServerContext> s,
                       std::shared_ptr<TlsClientContext> c, int& d) -> Task<void> {
          Shaken shaken = co_await t.Shake(s, c);
          EXPECT_TRUE(shaken.client.ok()) << shaken.client.status();
          EXPECT_TRUE(shaken.server.ok()) << shaken.server.status();
          ++d;
        }(*this, server, client, done));
      }
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(done, 20);
    // Each side needs two steps at least.
    EXPECT_GE(turn() - before, 40);
  });
}

}  // namespace
}  // namespace rondo::net
