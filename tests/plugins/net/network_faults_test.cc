// A network that loses packets, is slow, or is cut, between two hosts of the test's own. Needs to
// be allowed to make network namespaces: as root, or as a user who may make user namespaces.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/two_hosts.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

class NetworkFaultsTest : public NetFixture {
 public:
  // Why there can be no such network here; set by main, before there are threads.
  static inline absl::Status forbidden;

 protected:
  NetworkFaultsTest() {
    if (forbidden.ok()) hosts_.emplace(runtime->loop());
  }
  void SetUp() override {
    NetFixture::SetUp();
    if (!forbidden.ok()) GTEST_SKIP() << forbidden.message();
  }
  void TearDown() override {
    hosts_.reset();
    NetFixture::TearDown();
  }

  // A listens, B connects.
  Task<TcpListener> ListenAtA() {
    hosts_->Enter(TwoHosts::kA);
    return ListenOn(TwoHosts::AddressOf(TwoHosts::kA));
  }
  Task<absl::StatusOr<TcpStream>> ConnectFromB(Address address, absl::Duration timeout) {
    hosts_->Enter(TwoHosts::kB);
    co_return co_await runtime->Submit(net::Connect::To(address), {.timeout = timeout});
  }
  Task<ConnectedStreams> ConnectHosts() {
    TcpListener listener = co_await ListenAtA();
    absl::StatusOr<TcpStream> b =
        co_await ConnectFromB(listener.local_address(), absl::InfiniteDuration());
    CHECK_OK(b.status());
    absl::StatusOr<TcpStream> a = co_await listener.Accept();
    CHECK_OK(a.status());
    co_return ConnectedStreams{*std::move(a), *std::move(b)};
  }
  // Sends `data` from one to the other, and fails if they do not arrive as they are.
  Task<void> Send(TcpStream& from, TcpStream& to, const std::string& data) {
    std::string got(data.size(), '\0');
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](TcpStream& s, const std::string& d) -> Task<absl::Status> {
        co_return co_await s.Write(d);
      }(from, data));
      co_return co_await to.ReadExact(absl::MakeSpan(got));
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(got == data);
  }
  static std::string Much(size_t size) {
    std::string data;
    for (int i = 0; data.size() < size; ++i) absl::StrAppend(&data, i, ",");
    return data;
  }

  std::optional<TwoHosts> hosts_;
};

TEST_F(NetworkFaultsTest, WhatIsLostOnTheWayArrivesAllTheSame) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectHosts();
    int packets = 0;
    hosts_->lose = [&packets] { return ++packets % 10 == 3; };
    co_await Send(a, b, Much(300'000));
    co_await Send(b, a, Much(300'000));
    EXPECT_GT(hosts_->lost, 20);
    hosts_->lose = [] { return false; };
  });
}

TEST_F(NetworkFaultsTest, ASlowLinkIsWaitedForWithoutSpinning) {
  Run([this]() -> Task<void> {
    hosts_->delay = absl::Milliseconds(50);
    const absl::Time before = absl::Now();
    const int64_t turns = turn();
    auto [a, b] = co_await ConnectHosts();
    EXPECT_GE(absl::Now() - before, absl::Milliseconds(100)) << "there and back";
    co_await Send(a, b, "hello");
    EXPECT_GE(absl::Now() - before, absl::Milliseconds(200));
    EXPECT_LT(turn() - turns, 200);
  });
}

TEST_F(NetworkFaultsTest, E4_ACutLinkEndsTheStreamWhenItsTimeIsUp) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectHosts();
    CHECK_OK(b.SetUserTimeout(absl::Milliseconds(300)));
    co_await Send(a, b, "hello");
    hosts_->cut = true;
    const int64_t turns = turn();
    EXPECT_TRUE((co_await b.Write("lost")).ok());
    std::string buffer(100, '\0');
    absl::StatusOr<size_t> size = co_await b.Read(absl::MakeSpan(buffer));
    EXPECT_EQ(size.status().code(), StatusCode::kDeadlineExceeded);
    EXPECT_EQ(size.status().message(),
              absl::StrCat("read ", b.peer_address(), ": Connection timed out"));
    absl::Status written = co_await b.Write("more");
    EXPECT_EQ(written.code(), StatusCode::kDeadlineExceeded) << written;
    EXPECT_LT(turn() - turns, 100);
  });
}

TEST_F(NetworkFaultsTest, KeepAliveFindsOutThatThePeerHasGone) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectHosts();
    CHECK_OK(a.SetKeepAlive({.idle = absl::Seconds(1), .interval = absl::Seconds(1), .probes = 1}));
    hosts_->cut = true;
    EXPECT_EQ(co_await Read(a), "(DEADLINE_EXCEEDED)");
  });
}

TEST_F(NetworkFaultsTest, WhatWasCutForAWhileGoesOn) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectHosts();
    hosts_->cut = true;
    EXPECT_TRUE((co_await b.Write("late")).ok());
    while (hosts_->lost < 2) co_await NextTurn();
    hosts_->cut = false;
    EXPECT_EQ(co_await Read(a), "late");
  });
}

TEST_F(NetworkFaultsTest, NobodyAnswersOverACutLink) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenAtA();
    hosts_->cut = true;
    absl::StatusOr<TcpStream> stream =
        co_await ConnectFromB(listener.local_address(), absl::Milliseconds(50));
    EXPECT_EQ(stream.status().code(), StatusCode::kDeadlineExceeded) << stream.status();
  });
}

TEST_F(NetworkFaultsTest, AHostWithoutItsLinkSaysSo) {
  Run([this]() -> Task<void> {
    TcpListener listener = co_await ListenAtA();
    hosts_->SetUp(TwoHosts::kB, false);
    absl::StatusOr<TcpStream> stream =
        co_await ConnectFromB(listener.local_address(), absl::InfiniteDuration());
    EXPECT_EQ(stream.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(stream.status().message(),
              absl::StrCat("connect ", listener.local_address(), ": Network is unreachable"));
    absl::StatusOr<UdpSocket> udp = co_await runtime->Submit(BindUdp{.address = Address()});
    CHECK_OK(udp.status());
    absl::Status sent = co_await udp->Send("x", listener.local_address());
    EXPECT_EQ(sent.code(), StatusCode::kUnavailable) << sent;
  });
}

TEST_F(NetworkFaultsTest, DatagramsAreJustLost) {
  Run([this]() -> Task<void> {
    hosts_->Enter(TwoHosts::kA);
    absl::StatusOr<UdpSocket> a =
        co_await runtime->Submit(BindUdp{.address = TwoHosts::AddressOf(TwoHosts::kA)});
    CHECK_OK(a.status());
    hosts_->Enter(TwoHosts::kB);
    absl::StatusOr<UdpSocket> b = co_await runtime->Submit(BindUdp{.address = Address()});
    CHECK_OK(b.status());
    hosts_->cut = true;
    EXPECT_TRUE((co_await b->Send("first", a->local_address())).ok());
    while (hosts_->lost < 1) co_await NextTurn();
    hosts_->cut = false;
    EXPECT_TRUE((co_await b->Send("second", a->local_address())).ok());
    char buffer[100];
    absl::StatusOr<Datagram> datagram = co_await a->Receive(absl::MakeSpan(buffer));
    CHECK_OK(datagram.status());
    EXPECT_EQ(datagram->data, "second");
    EXPECT_EQ(datagram->from.ip(), "10.77.0.2");
  });
}

}  // namespace

void FindOutWhatIsForbidden() { NetworkFaultsTest::forbidden = TwoHosts::Allow(); }

}  // namespace rondo::net

int main(int argc, char** argv) {
  rondo::net::FindOutWhatIsForbidden();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
