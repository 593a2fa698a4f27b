#include "plugins/net/tcp_listener.h"

#include <netinet/in.h>
#include <sys/epoll.h>
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
#include "runtime/when_all.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace {

// A test cannot go without descriptors for long: the sanitizers need some now and then.
bool descriptors_are_scarce = false;
int accepts = 0;

// For the next registration with epoll.
bool watches_are_scarce = false;

// As with the sysctl net.ipv6.bindv6only.
bool ipv6_is_only_ipv6 = false;

}  // namespace

// What the listener calls.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  ++accepts;
  std::optional<rondo::net::NoFreeDescriptors> none;
  if (descriptors_are_scarce) none.emplace();
  return static_cast<int>(syscall(SYS_accept4, fd, address, size, flags));
}

// What the poller calls.
extern "C" int epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event) noexcept {
  if (watches_are_scarce && operation == EPOLL_CTL_ADD) {
    watches_are_scarce = false;
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(syscall(SYS_epoll_ctl, epoll_fd, operation, fd, event));
}

// What makes a listener.
extern "C" int socket(int domain, int type, int protocol) noexcept {
  const int fd = static_cast<int>(syscall(SYS_socket, domain, type, protocol));
  const int only = 1;
  if (fd >= 0 && domain == AF_INET6 && ipv6_is_only_ipv6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
  }
  return fd;
}

namespace rondo::net {
namespace {

using absl::StatusCode;

Task<absl::StatusOr<TcpStream>> AcceptOne(TcpListener& listener) {
  co_return co_await listener.Accept();
}

class TcpListenerTest : public NetFixture {};

TEST_F(TcpListenerTest, AcceptsWhatConnects) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    EXPECT_NE(listener.local_address().port(), 0);
    EXPECT_EQ(listener.local_address().ip(), "127.0.0.1");
    std::vector<Peer> peers;
    for (int i = 0; i < 10; ++i) {
      peers.push_back(Peer::Connect(listener.local_address()));
      peers.back().Send(absl::StrCat(i));
    }
    for (int i = 0; i < 10; ++i) {
      absl::StatusOr<TcpStream> stream = co_await listener.Accept();
      EXPECT_EQ(co_await Read(*stream), absl::StrCat(i));
    }
  });
}

TEST_F(TcpListenerTest, WaitsForWhatConnects) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    std::optional<Peer> peer;
    auto [stream, connected] = co_await WhenAll(
        AcceptOne(listener),
        [](TcpListener& listener, std::optional<Peer>& peer) -> Task<absl::Status> {
          peer = Peer::Connect(listener.local_address());
          co_return absl::OkStatus();
        }(listener, peer));
    EXPECT_TRUE(stream.ok()) << stream.status();
  });
}

TEST_F(TcpListenerTest, ListensOnIpv6) {
  Run([this]() -> Task<void> {
    absl::StatusOr<TcpListener> listener =
        co_await runtime->Submit(Listen{.address = *Address::Parse("[::1]:0")});
    if (!listener.ok()) {
      EXPECT_TRUE(absl::StartsWith(listener.status().message(), "listen on [::1]:0: "));
      co_return;  // This host has no IPv6.
    }
    absl::StatusOr<TcpStream> to =
        co_await runtime->Submit(net::Connect::To(listener->local_address()));
    EXPECT_TRUE(to.ok()) << to.status();
    absl::StatusOr<TcpStream> from = co_await listener->Accept();
    EXPECT_TRUE(from.ok()) << from.status();
    EXPECT_TRUE(from->peer_address().is_ipv6());
  });
}

TEST_F(TcpListenerTest, TakesIpv4OnAllAddressesOfIpv6WhateverTheDefaultIs) {
  Run([this]() -> Task<void> {
    for (const bool only : {false, true}) {
      ipv6_is_only_ipv6 = only;
      absl::StatusOr<TcpListener> listener =
          co_await runtime->Submit(Listen{.address = *Address::Parse("[::]:0")});
      ipv6_is_only_ipv6 = false;
      if (!listener.ok()) co_return;  // This host has no IPv6.
      const Peer peer = Peer::Connect(Address::Loopback(listener->local_address().port()));
      absl::StatusOr<TcpStream> stream = co_await listener->Accept();
      EXPECT_EQ(stream->peer_address().ip(), "::ffff:127.0.0.1");
    }
  });
}

TEST_F(TcpListenerTest, SharesAPortWhenBothSaySo) {
  Run([this]() -> Task<void> {
    absl::StatusOr<TcpListener> first =
        co_await runtime->Submit(Listen{.address = Address::Loopback(), .reuse_port = true});
    const Address address = first->local_address();
    absl::StatusOr<TcpListener> second =
        co_await runtime->Submit(Listen{.address = address, .reuse_port = true});
    EXPECT_TRUE(second.ok()) << second.status();
    absl::StatusOr<TcpListener> third = co_await runtime->Submit(Listen{.address = address});
    EXPECT_EQ(third.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(third.status().message(),
              absl::StrCat("listen on ", address, ": Address already in use"));
  });
}

TEST_F(TcpListenerTest, NamesWhatIsWrong) {
  Run([this]() -> Task<void> {
    // 192.0.2.0/24 is for documentation: nobody has it.
    absl::StatusOr<TcpListener> listener =
        co_await runtime->Submit(Listen{.address = *Address::Parse("192.0.2.1:80")});
    EXPECT_EQ(listener.status().code(), StatusCode::kAlreadyExists);
    EXPECT_EQ(listener.status().message(),
              "listen on 192.0.2.1:80: Cannot assign requested address");
    std::optional<NoFreeDescriptors> none(std::in_place);
    listener = co_await runtime->Submit(Listen{.address = Address::Loopback()});
    none.reset();
    EXPECT_EQ(listener.status().code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(listener.status().message(), "listen on 127.0.0.1:0: Too many open files");
  });
}

TEST_F(TcpListenerTest, E8_RecoversByItselfWhenDescriptorsAreFreeAgain) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    const Peer peer = Peer::Connect(listener.local_address());
    descriptors_are_scarce = true;
    accepts = 0;
    auto [stream, freed] = co_await WhenAll(AcceptOne(listener), []() -> Task<absl::Status> {
      absl::Status slept = co_await Sleep(absl::Milliseconds(40));
      // At 0, 5, 15 and 35 ms, and a few more if the machine is busy: no spin.
      EXPECT_GE(accepts, 2);
      EXPECT_LE(accepts, 8);
      descriptors_are_scarce = false;
      co_return slept;
    }());
    EXPECT_TRUE(freed.ok()) << freed;
    EXPECT_TRUE(stream.ok()) << stream.status();
  });
}

TEST_F(TcpListenerTest, E8_CanBeCancelledAndClosedWhileItHasNoDescriptors) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    const Peer peer = Peer::Connect(listener.local_address());
    descriptors_are_scarce = true;
    absl::StatusOr<TcpStream> stream =
        co_await WithTimeout(AcceptOne(listener), absl::Milliseconds(1));
    descriptors_are_scarce = false;
    EXPECT_EQ(stream.status().code(), StatusCode::kDeadlineExceeded) << stream.status();
    listener.Close();
  });
}

TEST_F(TcpListenerTest, E8_KeepsAConnectionThatCannotBeWatchedYet) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    std::vector<Peer> peers;
    for (int i = 0; i < 2; ++i) {
      peers.push_back(Peer::Connect(listener.local_address()));
      peers.back().Send(absl::StrCat(i));
    }
    watches_are_scarce = true;
    for (int i = 0; i < 2; ++i) {
      absl::StatusOr<TcpStream> stream = co_await listener.Accept();
      EXPECT_FALSE(watches_are_scarce);
      EXPECT_EQ(co_await Read(*stream), absl::StrCat(i));
    }
  });
}

TEST_F(TcpListenerTest, ClosingEndsAConnectionThatCannotBeWatchedYet) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    Peer peer = Peer::Connect(listener.local_address());
    watches_are_scarce = true;
    absl::StatusOr<TcpStream> stream =
        co_await WithTimeout(AcceptOne(listener), absl::ZeroDuration());
    EXPECT_EQ(stream.status().code(), StatusCode::kDeadlineExceeded) << stream.status();
    listener.Close();
    EXPECT_EQ(peer.Receive(), "");
  });
}

TEST_F(TcpListenerTest, E7_AListenerThatAlwaysIsReadyLeavesOthersTheirShare) {
  Run([this]() -> Task<void> {
    constexpr int kMany = 64 * 8;
    TcpListener listener = co_await ListenOn();
    auto [other, peer] = co_await Connect();
    peer.Send("stop");
    int accepted = 0;
    bool stop = false;
    auto [busy, read] = co_await WhenAll(
        [](TcpListener& listener, const bool& stop, int& accepted) -> Task<absl::Status> {
          while (!stop && accepted < kMany) {
            // It never has to wait for the next.
            Peer next = Peer::Connect(listener.local_address());
            absl::StatusOr<TcpStream> stream = co_await listener.Accept();
            if (!stream.ok()) co_return stream.status();
            next.Reset();
            ++accepted;
          }
          co_return absl::OkStatus();
        }(listener, stop, accepted),
        [](TcpStream& other, bool& stop) -> Task<std::string> {
          std::string read = co_await Read(other);
          EXPECT_TRUE((co_await Sleep(absl::ZeroDuration())).ok());
          stop = true;
          co_return read;
        }(other, stop));
    EXPECT_TRUE(busy.ok()) << busy;
    EXPECT_EQ(read, "stop");
    EXPECT_GE(accepted, 64);
    EXPECT_LT(accepted, kMany);
  });
}

TEST_F(TcpListenerTest, SurvivesAConnectionThatIsGone) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    Peer::Connect(listener.local_address()).Reset();
    const Peer peer = Peer::Connect(listener.local_address());
    // Linux hands out the first one all the same.
    absl::StatusOr<TcpStream> stream = co_await listener.Accept();
    EXPECT_EQ(co_await Read(*stream), "(UNAVAILABLE)");
    stream = co_await listener.Accept();
    EXPECT_TRUE(stream.ok()) << stream.status();
  });
}

TEST_F(TcpListenerTest, ClosingEndsAnAcceptThatWaits) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    auto [stream, second, closed] = co_await WhenAll(AcceptOne(listener), AcceptOne(listener),
                                                     [](TcpListener& l) -> Task<absl::Status> {
                                                       l.Close();
                                                       co_return absl::OkStatus();
                                                     }(listener));
    const std::string name = listener.local_address().ToString();
    EXPECT_EQ(stream.status().code(), StatusCode::kCancelled);
    EXPECT_EQ(stream.status().message(), absl::StrCat("accept on ", name, ": closed by this side"));
    EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition) << second.status();
    stream = co_await listener.Accept();
    EXPECT_EQ(stream.status().message(),
              absl::StrCat("accept on ", name, ": the listener is closed"));
  });
}

TEST_F(TcpListenerTest, IsListedWhileItKeepsTheLoopAlive) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    bool listed = false;
    for (const ActiveItem& item : runtime->DumpActive()) {
      listed |= item.what == absl::StrCat("watch listener ", listener.local_address());
    }
    EXPECT_TRUE(listed);
  });
}

}  // namespace
}  // namespace rondo::net
