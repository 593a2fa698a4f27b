// TLS streams as streams.
#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "plugins/net/stream.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/when_all.h"
#include "tests/plugins/net/tls_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

using TlsTest = TlsFixture;

TEST_F(TlsTest, ExchangesBothWays) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    EXPECT_TRUE((co_await client.Write("question")).ok());
    EXPECT_EQ(co_await Get(server), "question");
    EXPECT_TRUE((co_await server.WriteParts({{"an", "", "swer"}})).ok());
    EXPECT_EQ(co_await Get(client), "answer");
    EXPECT_EQ(client.version(), "TLSv1.3");
    EXPECT_EQ(client.cipher(), server.cipher());
    EXPECT_EQ(server.server_name(), "a.test");
    EXPECT_EQ(client.peer_subject(), "CN=good");
    EXPECT_THAT(client.peer_certificate_pem(), HasSubstr("BEGIN CERTIFICATE"));
    EXPECT_EQ(server.peer_subject(), "");
    EXPECT_FALSE(client.resumed());
    // Half close: one direction ends, the other goes on.
    EXPECT_TRUE(client.ShutdownWrite().ok());
    EXPECT_EQ(co_await Get(server), "");
    EXPECT_TRUE((co_await server.Write("still here")).ok());
    EXPECT_EQ(co_await Get(client), "still here");
    EXPECT_EQ((co_await client.Write("x")).code(), StatusCode::kFailedPrecondition);
    server.Close();
    EXPECT_EQ(co_await Get(client), "");
    EXPECT_THAT(co_await Get(client), HasSubstr("OUT_OF_RANGE"));
  });
}

Task<void> ReadAllInto(TlsStream& stream, std::string& all) {
  char buffer[10'000];
  while (true) {
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    EXPECT_TRUE(size.ok()) << size.status();
    if (!size.ok() || *size == 0) co_return;
    all.append(buffer, *size);
  }
}

TEST_F(TlsTest, E2_MuchBothWaysAtOnceKeepsItsOrder) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    std::string sent[2];
    for (int i = 0; i < 1'000'000; ++i) {
      absl::StrAppend(&sent[0], i);
      absl::StrAppend(&sent[1], 7 * i);
    }
    std::string received[2];
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(ReadAllInto(server, received[0]));
      group.Spawn(ReadAllInto(client, received[1]));
      const auto write = [](TlsStream& s, const std::string& data) -> Task<absl::Status> {
        absl::Status written = co_await s.Write(data);
        if (!written.ok()) co_return written;
        co_return s.ShutdownWrite();
      };
      group.Spawn(write(client, sent[0]));
      group.Spawn(write(server, sent[1]));
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(received[0] == sent[0]);
    EXPECT_TRUE(received[1] == sent[1]);
  });
}

TEST_F(TlsTest, CallbacksSendEverythingToASlowReader) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    const std::string data(3'000'000, 'x');
    absl::string_view left = data;
    server.OnWritable([&server = server, &left] {
      while (!left.empty()) {
        absl::StatusOr<size_t> sent = server.TryWrite(left);
        EXPECT_TRUE(sent.ok()) << sent.status();
        if (!sent.ok() || *sent == 0) return;
        left.remove_prefix(*sent);
      }
      EXPECT_TRUE(server.ShutdownWrite().ok());
      left = {};
    });
    std::string received;
    co_await ReadAllInto(client, received);
    EXPECT_TRUE(received == data);
  });
}

TEST_F(TlsTest, IsAStreamAndCanBeOnAUnixSocket) {
  Run([this]() -> Task<void> {
    absl::StatusOr<UnixStreamPair> pair = UnixStream::Pair(runtime->loop());
    EXPECT_TRUE(pair.ok()) << pair.status();
    auto server = [](Runtime& r, UnixStream s,
                     std::shared_ptr<TlsServerContext> c) -> Task<absl::StatusOr<TlsStream>> {
      co_return co_await r.Submit(StartTlsServer{std::move(s), std::move(c)});
    };
    auto client = [](Runtime& r, UnixStream s,
                     std::shared_ptr<TlsClientContext> c) -> Task<absl::StatusOr<TlsStream>> {
      co_return co_await r.Submit(StartTlsClient{std::move(s), "a.test", std::move(c)});
    };
    auto [a, b] = co_await WhenAll(server(*runtime, std::move(pair->a), Server()),
                                   client(*runtime, std::move(pair->b), Client()));
    EXPECT_TRUE(a.ok()) << a.status();
    EXPECT_TRUE(b.ok()) << b.status();
    Stream in(*std::move(a));
    Stream out(*std::move(b));
    EXPECT_TRUE((co_await in.WriteParts({{"ab", "c", "d"}})).ok());
    std::string buffer(4, '.');
    EXPECT_TRUE((co_await out.ReadExact(absl::MakeSpan(buffer))).ok());
    EXPECT_EQ(buffer, "abcd");
  });
}

TEST_F(TlsTest, ConnectsByName) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    auto serve = [](Runtime& r, TcpListener& l,
                    std::shared_ptr<TlsServerContext> c) -> Task<absl::StatusOr<TlsStream>> {
      absl::StatusOr<TcpStream> stream = co_await l.Accept();
      if (!stream.ok()) co_return stream.status();
      co_return co_await r.Submit(StartTlsServer{*std::move(stream), std::move(c)});
    };
    auto connect = [](Runtime& r, const Address& address,
                      std::shared_ptr<TlsClientContext> c) -> Task<absl::StatusOr<TlsStream>> {
      co_return co_await r.Submit(
          ConnectTls{.host = "127.0.0.1", .port = address.port(), .context = std::move(c)});
    };
    auto [server, client] = co_await WhenAll(serve(*runtime, listener, Server()),
                                             connect(*runtime, listener.local_address(), Client()));
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE(server.ok()) << server.status();
    EXPECT_EQ(server->server_name(), "") << "an address is no name";
    EXPECT_EQ(client->peer_address(), listener.local_address());
  });
}

TEST_F(TlsTest, AnEndWithoutAWordIsDataLoss) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    EXPECT_TRUE((co_await server.Write("all?")).ok());
    // As a network that cuts the connection off.
    std::unique_ptr<internal::TlsChannel> channel = std::move(server).TakeChannel();
    EXPECT_EQ(shutdown(channel->connection().fd(), SHUT_WR), 0);
    EXPECT_EQ(co_await Get(client), "all?");
    const std::string end = co_await Get(client);
    EXPECT_THAT(end, HasSubstr("DATA_LOSS: read a.test (127.0.0.1"));
    EXPECT_THAT(end, HasSubstr("the connection ended without a word"));
    channel->Reset();
  });
}

TEST_F(TlsTest, E4_AResetIsOneErrorAndEndsBothDirections) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    server.Reset();
    EXPECT_THAT(co_await Get(client), HasSubstr("Connection reset by peer"));
    EXPECT_EQ((co_await client.Write("x")).code(), StatusCode::kUnavailable);
  });
}

TEST_F(TlsTest, OneReadsAtATime) {
  Run([this]() -> Task<void> {
    auto [client, server] = co_await Connected();
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](TlsStream& s) -> Task<void> { EXPECT_EQ(co_await Get(s), "x"); }(client));
      char byte;
      absl::StatusOr<size_t> second = co_await client.Read(absl::MakeSpan(&byte, 1));
      EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
      co_return co_await server.Write("x");
    });
    EXPECT_TRUE(status.ok()) << status;
  });
}

}  // namespace
}  // namespace rondo::net
