#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "runtime/when_any.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace {

bool ports_are_scarce = false;

}  // namespace

// What a connector calls.
extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  if (ports_are_scarce) {
    errno = EADDRNOTAVAIL;
    return -1;
  }
  return static_cast<int>(syscall(SYS_connect, fd, address, size));
}

namespace rondo::net {
namespace {

using absl::StatusCode;

// A listener that answers nobody: its backlog is full.
class Silent {
 public:
  Silent() : listener_(0), first_(Peer::Connect(listener_.address())) {}
  const Address& address() const { return listener_.address(); }

 private:
  PeerListener listener_;
  Peer first_;
};

class ConnectTest : public NetFixture {};

TEST_F(ConnectTest, ConnectsToAnAddress) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect::To(listener.address()));
    EXPECT_TRUE(stream.ok()) << stream.status();
    Peer peer = listener.Accept();
    EXPECT_EQ(stream->peer_address(), listener.address());
    EXPECT_TRUE((co_await stream->Write("hello")).ok());
    EXPECT_EQ(peer.Receive(), "hello");
  });
}

TEST_F(ConnectTest, ConnectsWithACallback) {
  PeerListener listener;
  absl::Status status = absl::UnknownError("not called");
  runtime->Submit(net::Connect::To(listener.address()),
                  [&](absl::StatusOr<TcpStream> stream) { status = stream.status(); });
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ConnectTest, NamesThePeerThatRefuses) {
  Run([this]() -> Task<void> {
    const RefusingPort refusing;
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect::To(refusing.address()));
    EXPECT_EQ(stream.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(stream.status().message(),
              absl::StrCat("connect ", refusing.address(), ": Connection refused"));
  });
}

TEST_F(ConnectTest, NamesTheHostAndEachAddressThatRefuses) {
  Run([this]() -> Task<void> {
    const RefusingPort refusing;
    const uint16_t port = refusing.address().port();
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect{.host = "localhost", .port = port});
    EXPECT_EQ(stream.status().code(), StatusCode::kUnavailable);
    EXPECT_TRUE(
        absl::StartsWith(stream.status().message(), absl::StrCat("connect localhost:", port, ": ")))
        << stream.status();
    EXPECT_TRUE(absl::StrContains(stream.status().message(),
                                  absl::StrCat("127.0.0.1:", port, ": Connection refused")))
        << stream.status();
  });
}

TEST_F(ConnectTest, ConnectsToAName) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    absl::StatusOr<TcpStream> stream = co_await runtime->Submit(
        net::Connect{.host = "localhost", .port = listener.address().port()});
    EXPECT_TRUE(stream.ok()) << stream.status();
    EXPECT_EQ(stream->peer_address(), listener.address());
  });
}

TEST_F(ConnectTest, EndsAtItsDeadline) {
  Run([this]() -> Task<void> {
    const Silent silent;
    absl::StatusOr<TcpStream> stream = co_await runtime->Submit(net::Connect::To(silent.address()),
                                                                {.timeout = absl::Milliseconds(5)});
    EXPECT_EQ(stream.status().code(), StatusCode::kDeadlineExceeded) << stream.status();
  });
}

TEST_F(ConnectTest, EndsWithItsScope) {
  Run([this]() -> Task<void> {
    const Silent silent;
    auto first = co_await WhenAny(
        [](Runtime& runtime, Address address) -> Task<absl::StatusOr<TcpStream>> {
          co_return co_await runtime.Submit(net::Connect::To(address));
        }(*runtime, silent.address()),
        []() -> Task<absl::Status> { co_return co_await Sleep(absl::Milliseconds(1)); }());
    EXPECT_EQ(first.index(), 1u);
  });
}

TEST_F(ConnectTest, EndsWithTheRuntime) {
  const Silent silent;
  runtime->Submit(net::Connect::To(silent.address()), [](absl::StatusOr<TcpStream>) {});
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  runtime = nullptr;
}

TEST_F(ConnectTest, SaysThatThereAreNoDescriptors) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    std::optional<NoFreeDescriptors> none(std::in_place);
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect::To(listener.address()));
    none.reset();
    EXPECT_EQ(stream.status().code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(stream.status().message(),
              absl::StrCat("connect ", listener.address(), ": Too many open files"));
  });
}

TEST_F(ConnectTest, SaysThatThereIsNoFreePort) {
  Run([this]() -> Task<void> {
    ports_are_scarce = true;
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect::To(Address::Loopback(80)));
    ports_are_scarce = false;
    EXPECT_EQ(stream.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(stream.status().message(), "connect 127.0.0.1:80: Cannot assign requested address");
  });
}

TEST_F(ConnectTest, RefusesWhatIsNoHost) {
  Run([this]() -> Task<void> {
    for (const std::string& host : {std::string(), std::string("127.0.0.1\0", 10)}) {
      absl::StatusOr<TcpStream> stream =
          co_await runtime->Submit(net::Connect{.host = host, .port = 80});
      EXPECT_EQ(stream.status().code(), StatusCode::kInvalidArgument) << stream.status();
    }
  });
}

}  // namespace
}  // namespace rondo::net
