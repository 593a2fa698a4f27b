#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "runtime/call.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

int Option(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  getsockopt(fd, level, option, &value, &size);
  return value;
}

using TcpOptionsTest = NetFixture;

TEST_F(TcpOptionsTest, KeepAlive) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    absl::Status status = stream.SetKeepAlive(
        {.idle = absl::Seconds(100), .interval = absl::Milliseconds(1500), .probes = 3});
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(Option(stream.fd(), SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_KEEPIDLE), 100);
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_KEEPINTVL), 2);
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_KEEPCNT), 3);
    EXPECT_TRUE(stream.StopKeepAlive().ok());
    EXPECT_EQ(Option(stream.fd(), SOL_SOCKET, SO_KEEPALIVE), 0);
    for (const KeepAlive& wrong :
         {KeepAlive{.idle = absl::ZeroDuration()}, KeepAlive{.idle = absl::InfiniteDuration()},
          KeepAlive{.interval = -absl::Seconds(1)}, KeepAlive{.probes = 0}}) {
      status = stream.SetKeepAlive(wrong);
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
      EXPECT_EQ(status.message(),
                absl::StrCat("set keep-alive of ", stream.peer_address(), ": out of range"));
    }
  });
}

TEST_F(TcpOptionsTest, NoDelayUserTimeoutAndBuffers) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_TRUE(stream.SetNoDelay(false).ok());
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_NODELAY), 0);
    EXPECT_TRUE(stream.SetUserTimeout(absl::Seconds(5)).ok());
    EXPECT_EQ(Option(stream.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 5000);
    EXPECT_EQ(stream.SetUserTimeout(-absl::Seconds(1)).code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(stream.SetReceiveBuffer(20'000).ok());
    EXPECT_EQ(stream.receive_buffer().value(), 40'000);
    EXPECT_TRUE(stream.SetSendBuffer(30'000).ok());
    EXPECT_EQ(stream.send_buffer().value(), 60'000);
    EXPECT_EQ(stream.SetSendBuffer(0).code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(stream.SetReceiveBuffer(-1).code(), StatusCode::kInvalidArgument);
  });
}

TEST_F(TcpOptionsTest, E9_OptionsOfAClosedStreamAreAStatus) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    stream.Close();
    for (const absl::Status& status :
         {stream.SetNoDelay(true), stream.SetKeepAlive({}), stream.SetSendBuffer(1),
          stream.send_buffer().status(), stream.local_address().status()}) {
      EXPECT_FALSE(status.ok());
    }
  });
}

TEST_F(TcpOptionsTest, AdoptsASocketFromElsewhere) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage storage;
    const socklen_t size = listener.address().ToSockaddr(storage);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&storage), size), 0);
    absl::StatusOr<TcpStream> stream = TcpStream::Adopt(runtime->loop(), fd);
    EXPECT_TRUE(stream.ok()) << stream.status();
    EXPECT_EQ(stream->peer_address(), listener.address());
    EXPECT_TRUE((co_await stream->Write("x")).ok());
    Peer peer = listener.Accept();
    EXPECT_EQ(peer.Receive(), "x");
  });
}

TEST_F(TcpOptionsTest, AddressesAndNamesByName) {
  Run([this]() -> Task<void> {
    absl::StatusOr<nlohmann::json> listener =
        co_await runtime->Call("net.listen", {{"address", "127.0.0.1"}});
    EXPECT_TRUE(listener.ok()) << listener.status();
    EXPECT_THAT(listener->get<std::string>(), testing::StartsWith("net.tcp_listener#"));
    EXPECT_TRUE(runtime->resources().Close(listener->get<std::string>()).ok());
    absl::StatusOr<nlohmann::json> wrong =
        co_await runtime->Call("net.listen", {{"address", "localhost:80"}});
    EXPECT_EQ(wrong.status().code(), StatusCode::kInvalidArgument) << wrong.status();
    absl::StatusOr<nlohmann::json> found =
        co_await runtime->Call("net.resolve", {{"host", "192.0.2.1"}, {"family", "ipv4"}});
    EXPECT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)["addresses"], nlohmann::json({"192.0.2.1"}));
  });
}

}  // namespace
}  // namespace rondo::net
