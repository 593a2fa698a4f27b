#include "plugins/net/server.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/tls_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

class ServerTest : public TlsFixture {
 protected:
  void TearDown() override {
    server_ = nullptr;
    TlsFixture::TearDown();
  }

  template <typename S>
  Task<void> Echo(S& stream) {
    char buffer[100];
    for (;;) {
      absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
      last_ = size.status();
      if (!size.ok() || *size == 0) co_return;
      if (!(co_await stream.Write(absl::string_view(buffer, *size))).ok()) co_return;
    }
  }

  // Begins to serve; how it ended is in ended_.
  Task<void> Start(ServerOptions options) {
    server_ = std::make_unique<TcpServer>(
        runtime->loop(), co_await ListenOn(), [this](TcpStream& stream) { return Echo(stream); },
        options);
    Spawn(*server_);
  }
  void Spawn(internal::ServerBase& server) {
    address_ = server.local_address();
    runtime->Spawn(
        [](internal::ServerBase& s, std::optional<absl::Status>& ended) -> Task<void> {
          ended = co_await s.Run();
        }(server, ended_),
        "server");
  }
  // Whether `text` comes back.
  Task<bool> Answers(TcpStream& stream, absl::string_view text) {
    if (!(co_await stream.Write(text)).ok()) co_return false;
    std::string back(text.size(), '.');
    absl::Status status = co_await stream.ReadExact(absl::MakeSpan(back));
    co_return status.ok() && back == text;
  }
  Task<TcpStream> ConnectToServer() {
    absl::StatusOr<TcpStream> stream = co_await runtime->Submit(net::Connect::To(address_));
    CHECK_OK(stream.status());
    co_return *std::move(stream);
  }
  Task<void> Ended() {
    while (!ended_.has_value()) co_await NextTurn();
  }

  std::unique_ptr<TcpServer> server_;
  Address address_;
  std::optional<absl::Status> ended_;
  absl::Status last_;  // What a handler was told last.
};

TEST_F(ServerTest, DrainsWhenTheLastConnectionHasEnded) {
  Run([this]() -> Task<void> {
    co_await Start({});
    TcpStream client = co_await ConnectToServer();
    EXPECT_TRUE(co_await Answers(client, "hello"));
    server_->Drain(absl::Hours(1));
    server_->Drain(absl::ZeroDuration());
    absl::StatusOr<TcpStream> late = co_await runtime->Submit(net::Connect::To(address_));
    EXPECT_EQ(late.status().code(), StatusCode::kUnavailable);
    EXPECT_TRUE(co_await Answers(client, "still")) << "what is open goes on";
    EXPECT_FALSE(ended_.has_value());
    client.Close();
    co_await Ended();
    EXPECT_TRUE(ended_->ok()) << *ended_;
    EXPECT_EQ(server_->stats().accepted, 1);
    EXPECT_EQ(server_->stats().open, 0u);
    EXPECT_EQ(server_->stats().cut_off, 0);
  });
}

TEST_F(ServerTest, CutsOffWhatDoesNotEndInTime) {
  Run([this]() -> Task<void> {
    co_await Start({});
    TcpStream client = co_await ConnectToServer();
    EXPECT_TRUE(co_await Answers(client, "hello"));
    server_->Drain(absl::Milliseconds(5));
    EXPECT_EQ(co_await Read(client), "");
    co_await Ended();
    EXPECT_EQ(ended_->code(), StatusCode::kDeadlineExceeded);
    EXPECT_THAT(std::string(ended_->message()),
                testing::HasSubstr("1 connections did not end in time"));
    EXPECT_EQ(last_.code(), StatusCode::kCancelled);
    EXPECT_EQ(server_->stats().cut_off, 1);
  });
}

TEST_F(ServerTest, WithoutConnectionsDrainingEndsAtOnce) {
  Run([this]() -> Task<void> {
    co_await Start({});
    co_await NextTurn();
    server_->Drain(absl::Hours(1));
    co_await Ended();
    EXPECT_TRUE(ended_->ok()) << *ended_;
  });
}

TEST_F(ServerTest, ThoseOverTheLimitWaitForAPlace) {
  Run([this]() -> Task<void> {
    co_await Start({.max_connections = 2});
    std::vector<TcpStream> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(co_await ConnectToServer());
    EXPECT_TRUE(co_await Answers(clients[0], "a"));
    EXPECT_TRUE(co_await Answers(clients[1], "b"));
    EXPECT_TRUE((co_await clients[2].Write("c")).ok());
    for (int i = 0; i < 5; ++i) co_await NextTurn();
    EXPECT_EQ(server_->stats().accepted, 2);
    clients[0].Close();
    EXPECT_EQ(co_await Read(clients[2]), "c");
    EXPECT_EQ(server_->stats().open, 2u);
    clients.clear();
    server_->Drain(absl::Hours(1));
    co_await Ended();
  });
}

TEST_F(ServerTest, TooManyOfOnePeerAreReset) {
  Run([this]() -> Task<void> {
    co_await Start({.max_connections_per_peer = 1});
    TcpStream first = co_await ConnectToServer();
    EXPECT_TRUE(co_await Answers(first, "a"));
    // The reset may come even before the client knows of the connection.
    absl::StatusOr<TcpStream> second = co_await runtime->Submit(net::Connect::To(address_));
    if (second.ok()) {
      EXPECT_EQ(co_await Read(*second), "(UNAVAILABLE)");
    } else {
      EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
    }
    EXPECT_EQ(server_->stats().refused, 1);
    first.Close();
    while (server_->stats().open > 0) co_await NextTurn();
    TcpStream third = co_await ConnectToServer();
    EXPECT_TRUE(co_await Answers(third, "c"));
    third.Close();
    server_->Drain(absl::Hours(1));
    co_await Ended();
  });
}

TEST_F(ServerTest, AnIdleConnectionIsEnded) {
  Run([this]() -> Task<void> {
    co_await Start({.idle_timeout = absl::Milliseconds(30)});
    TcpStream client = co_await ConnectToServer();
    EXPECT_TRUE(co_await Answers(client, "hello"));
    EXPECT_EQ(co_await Read(client), "");
    EXPECT_EQ(last_.code(), StatusCode::kDeadlineExceeded);
    EXPECT_EQ(last_.message(), "the connection was idle for too long");
    EXPECT_EQ(server_->stats().idle, 1);
    server_->Drain(absl::Hours(1));
    co_await Ended();
    EXPECT_TRUE(ended_->ok()) << *ended_;
  });
}

// As for STARTTLS: after a word in clear the connection goes on in another stream.
TEST_F(ServerTest, AHandlerMayMoveItsStreamAway) {
  Run([this]() -> Task<void> {
    std::shared_ptr<TlsServerContext> context = Server();
    server_ = std::make_unique<TcpServer>(
        runtime->loop(), co_await ListenOn(),
        [this, context](TcpStream& stream) -> Task<void> {
          EXPECT_EQ(co_await Read(stream, 8), "starttls");
          absl::StatusOr<TlsStream> secured =
              co_await runtime->Submit(StartTlsServer{std::move(stream), context});
          EXPECT_TRUE(secured.ok()) << secured.status();
          if (secured.ok()) co_await Echo(*secured);
        },
        // The handshake is to be over by then, on any machine.
        ServerOptions{.idle_timeout = absl::Seconds(3)});
    Spawn(*server_);
    TcpStream plain = co_await ConnectToServer();
    EXPECT_TRUE((co_await plain.Write("starttls")).ok());
    absl::StatusOr<TlsStream> client = co_await runtime->Submit(
        StartTlsClient{.stream = std::move(plain), .server_name = "a.test", .context = Client()});
    EXPECT_TRUE(client.ok()) << client.status();
    if (client.ok()) {
      EXPECT_TRUE((co_await client->Write("hello")).ok());
      EXPECT_EQ(co_await Get(*client), "hello");
      // Now it is idle, where it is now.
      EXPECT_EQ(co_await Get(*client), "");
      EXPECT_EQ(last_.code(), StatusCode::kDeadlineExceeded);
      EXPECT_EQ(server_->stats().idle, 1);
    }
    server_->Drain(absl::Hours(1));
    co_await Ended();
  });
}

TEST_F(ServerTest, AHandlerThatIsNoCoroutineMayDoAwayWithItsStream) {
  Run([this]() -> Task<void> {
    server_ = std::make_unique<TcpServer>(
        runtime->loop(), co_await ListenOn(),
        [this](TcpStream& stream) {
          {
            const TcpStream gone = std::move(stream);
          }
          return [](absl::Status& last) -> Task<void> {
            last = co_await Sleep(absl::Milliseconds(100));
          }(last_);
        },
        ServerOptions{.idle_timeout = absl::Milliseconds(10)});
    Spawn(*server_);
    TcpStream client = co_await ConnectToServer();
    EXPECT_EQ(co_await Read(client), "");
    server_->Drain(absl::Hours(1));
    co_await Ended();
    EXPECT_TRUE(last_.ok()) << last_;
    EXPECT_EQ(server_->stats().idle, 0);
  });
}

TEST_F(ServerTest, ABusyHandlerWithoutItsStreamIsNotIdle) {
  Run([this]() -> Task<void> {
    server_ = std::make_unique<TcpServer>(
        runtime->loop(), co_await ListenOn(),
        [this](TcpStream& stream) -> Task<void> {
          {
            const TcpStream gone = std::move(stream);
          }
          last_ = co_await Sleep(absl::Milliseconds(100));
        },
        ServerOptions{.idle_timeout = absl::Milliseconds(10)});
    Spawn(*server_);
    TcpStream client = co_await ConnectToServer();
    EXPECT_EQ(co_await Read(client), "");
    server_->Drain(absl::Hours(1));
    co_await Ended();
    EXPECT_TRUE(last_.ok()) << last_;
    EXPECT_EQ(server_->stats().idle, 0);
  });
}

TEST_F(ServerTest, HandshakesHaveATimeout) {
  Run([this]() -> Task<void> {
    TlsServer server(runtime->loop(), co_await ListenOn(), Server(),
                     [this](TlsStream& stream) { return Echo(stream); },
                     {.handshake_timeout = absl::Milliseconds(20)});
    Spawn(server);
    TcpStream silent = co_await ConnectToServer();
    EXPECT_EQ(co_await Read(silent), "");
    EXPECT_EQ(server.stats().handshakes_failed, 1);
    server.Drain(absl::Hours(1));
    co_await Ended();
    EXPECT_TRUE(ended_->ok()) << *ended_;
  });
}

TEST_F(ServerTest, ServesTls) {
  Run([this]() -> Task<void> {
    TlsServer server(runtime->loop(), co_await ListenOn(), Server(),
                     [this](TlsStream& stream) { return Echo(stream); });
    Spawn(server);
    absl::StatusOr<TlsStream> client = co_await runtime->Submit(
        ConnectTls{.host = "127.0.0.1", .port = address_.port(), .context = Client()});
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE((co_await client->Write("hello")).ok());
    EXPECT_EQ(co_await Get(*client), "hello");
    server.Drain(absl::Hours(1));
    client->Close();
    co_await Ended();
    EXPECT_TRUE(ended_->ok()) << *ended_;
  });
}

}  // namespace
}  // namespace rondo::net
