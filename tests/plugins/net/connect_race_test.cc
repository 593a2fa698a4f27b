// Several addresses of one name, with time by hand.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/runtime_builder.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "tests/plugins/net/fake_name_server.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"
#include "timers/clock.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

constexpr absl::Duration kStagger = absl::Milliseconds(250);

// The IP addresses that were tried, in their order, and those that there is no way to.
std::vector<std::string> tried;
std::set<std::string> unreachable;
bool watch_connect = false;

class ConnectRaceTest : public NetFixture {
 protected:
  struct EndAwaiter {
    bool await_ready() const { return test.result_.has_value(); }
    void await_suspend(std::coroutine_handle<> handle) const { test.waiter_ = handle; }
    void await_resume() const {}
    ConnectRaceTest& test;
  };

  ConnectRaceTest() {
    Build({.servers = {server_.address()}}, [this](Runtime::Builder& builder) {
      auto clock = std::make_unique<ManualClock>();
      clock_ = clock.get();
      builder.Use(std::move(clock));
    });
    server_.ServeOn(runtime->loop());
    tried.clear();
    unreachable.clear();
    watch_connect = true;
  }
  void TearDown() override {
    watch_connect = false;
    server_.Close();
    silent_.reset();
    first_.Close();
    NetFixture::TearDown();
  }

  // Lets the loop run until so many attempts have begun.
  Task<void> Tried(size_t count) {
    while (tried.size() < count) co_await NextTurn();
  }
  // Lets the loop run until the name server keeps so many answers, and has sent the others.
  Task<void> Held(size_t count) {
    while (server_.held() < count || server_.questions < 2) co_await NextTurn();
    for (int i = 0; i < 3; ++i) co_await NextTurn();
  }
  // What is due by now, and what follows from it, happens.
  Task<void> Advance(absl::Duration time) {
    clock_->Advance(time);
    for (int i = 0; i < 3; ++i) co_await NextTurn();
  }

  // Connects to a name with these addresses.
  void Begin(std::vector<std::string> ips, uint16_t port, SubmitOptions options = {}) {
    server_.names["many.test"] = std::move(ips);
    handle_ = runtime->Submit(
        net::Connect{.host = "many.test", .port = port},
        [this](absl::StatusOr<TcpStream> stream) { End(std::move(stream)); }, std::move(options));
  }
  // Awaited, waits for the outcome.
  EndAwaiter Ended() { return {*this}; }

  // Who listens on 127.0.0.1 and answers nobody, and a port number.
  void MakeSilent() {
    silent_.emplace(0);
    first_ = Peer::Connect(silent_->address());
    tried.clear();
  }

  void End(absl::StatusOr<TcpStream> stream) {
    result_ = std::move(stream);
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }

  FakeNameServer server_;
  ManualClock* clock_ = nullptr;
  TaskHandle handle_;
  std::coroutine_handle<> waiter_;
  std::optional<absl::StatusOr<TcpStream>> result_;
  std::optional<PeerListener> silent_;
  Peer first_;
};

// A loopback address that is silent too: nothing of what is sent to it gets an answer, for its
// socket has a full backlog.
class SilentAt {
 public:
  SilentAt(const std::string& ip, uint16_t port)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage;
    const Address address = *Address::FromIp(ip, port);
    const socklen_t size = address.ToSockaddr(storage);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&storage), size), 0);
    EXPECT_EQ(listen(fd_, 0), 0);
    filler_ = Peer::Connect(address);
  }
  SilentAt(const SilentAt&) = delete;
  ~SilentAt() { close(fd_); }

  Peer Accept() { return Peer(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)); }

 private:
  int fd_;
  Peer filler_;
};

TEST_F(ConnectRaceTest, TheNextAddressBeginsAfterTheStagger) {
  MakeSilent();
  Run([this]() -> Task<void> {
    const uint16_t port = silent_->address().port();
    const SilentAt second("127.0.0.2", port);
    const SilentAt third("127.0.0.3", port);
    tried.clear();
    Begin({"127.0.0.1", "127.0.0.2", "127.0.0.3"}, port);
    co_await Tried(1);
    co_await Advance(kStagger - absl::Milliseconds(1));
    EXPECT_EQ(tried.size(), 1u);
    co_await Advance(absl::Milliseconds(1));
    EXPECT_EQ(tried.size(), 2u);
    co_await Advance(kStagger - absl::Milliseconds(1));
    EXPECT_EQ(tried.size(), 2u);
    co_await Advance(absl::Milliseconds(1));
    EXPECT_EQ(tried.size(), 3u);
    co_await Advance(absl::Hours(1));
    EXPECT_FALSE(result_.has_value()) << "an attempt lasts as long as the kernel tries";
    handle_.Cancel();
    co_await Ended();
    EXPECT_EQ(result_->status().code(), StatusCode::kCancelled);
  });
}

TEST_F(ConnectRaceTest, ASlowAddressIsNotGivenUpForAnother) {
  MakeSilent();
  Run([this]() -> Task<void> {
    const uint16_t port = silent_->address().port();
    const SilentAt second("127.0.0.2", port);
    tried.clear();
    Begin({"127.0.0.1", "127.0.0.2"}, port);
    co_await Tried(1);
    co_await Advance(kStagger);
    EXPECT_EQ(tried.size(), 2u);
    co_await Advance(absl::Minutes(1));
    // There is room for the first now, which the kernel finds out when it tries again.
    EXPECT_EQ(tried.front(), "127.0.0.1");
    Peer taken = silent_->Accept();
    co_await Ended();
    EXPECT_TRUE(result_->ok()) << result_->status();
    EXPECT_EQ((*result_)->peer_address().ip(), "127.0.0.1");
    Peer winner = silent_->Accept();
    result_.reset();
    EXPECT_EQ(winner.Receive(), "");
  });
}

TEST_F(ConnectRaceTest, TheFirstToConnectWinsAndTheOthersAreClosed) {
  MakeSilent();
  Run([this]() -> Task<void> {
    const uint16_t port = silent_->address().port();
    sockaddr_storage storage;
    const Address second = *Address::FromIp("127.0.0.2", port);
    const socklen_t size = second.ToSockaddr(storage);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&storage), size), 0);
    EXPECT_EQ(listen(fd, 16), 0);
    tried.clear();
    Begin({"127.0.0.1", "127.0.0.2"}, port);
    co_await Tried(1);
    EXPECT_FALSE(result_.has_value());
    clock_->Advance(kStagger);
    co_await Ended();
    EXPECT_TRUE(result_->ok()) << result_->status();
    EXPECT_EQ((*result_)->peer_address().ip(), "127.0.0.2");
    EXPECT_THAT(tried, ElementsAre("127.0.0.1", "127.0.0.2"));
    result_.reset();
    close(fd);
  });
  // NetFixture finds a descriptor or a timer that is left of the loser.
}

TEST_F(ConnectRaceTest, OneThatFailsIsFollowedAtOnceByTheNext) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    unreachable = {"127.0.0.5", "127.0.0.6"};
    // Nobody listens at 127.0.0.7, which the kernel says.
    Begin({"127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.1"}, listener.address().port());
    co_await Ended();
    EXPECT_TRUE(result_->ok()) << result_->status();
    EXPECT_THAT(tried, ElementsAre("127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.1"));
    EXPECT_EQ((*result_)->peer_address(), listener.address());
    result_.reset();
  });
}

TEST_F(ConnectRaceTest, ManyThatFailAtOnceAreNoRecursion) {
  Run([this]() -> Task<void> {
    std::vector<std::string> ips;
    for (int i = 0; i < 25; ++i) ips.push_back(absl::StrCat("127.0.1.", i));
    unreachable.insert(ips.begin(), ips.end());
    Begin(ips, 80);
    co_await Ended();
    EXPECT_EQ(result_->status().code(), StatusCode::kUnavailable);
    std::vector<std::string> each;
    for (const std::string& ip : tried) each.push_back(ip + ":80: Network is unreachable");
    EXPECT_EQ(result_->status().message(),
              absl::StrCat("connect many.test:80: ", absl::StrJoin(each, "; ")));
    EXPECT_THAT(tried, testing::UnorderedElementsAreArray(ips));
  });
}

TEST_F(ConnectRaceTest, FamiliesTakeTurns) {
  Run([this]() -> Task<void> {
    const std::vector<std::string> ips = {"127.0.0.5", "127.0.0.6", "127.0.0.7", "2001:db8::1",
                                          "2001:db8::2"};
    unreachable.insert(ips.begin(), ips.end());
    // So that both are known when the first begins.
    server_.held_type = kDnsTypeAaaa;
    Begin(ips, 80);
    co_await Held(1);
    server_.Release();
    co_await Ended();
    EXPECT_EQ(tried.size(), 5u);
    std::vector<bool> ipv6;
    for (const std::string& ip : tried) ipv6.push_back(ip.find(':') != std::string::npos);
    EXPECT_THAT(ipv6, ElementsAre(true, false, true, false, false));
  });
}

TEST_F(ConnectRaceTest, Ipv4WaitsForIpv6ButForAMomentOnly) {
  MakeSilent();
  Run([this]() -> Task<void> {
    server_.held_type = kDnsTypeAaaa;
    unreachable = {"2001:db8::1"};
    Begin({"127.0.0.1", "2001:db8::1"}, silent_->address().port());
    co_await Held(1);
    co_await Advance(absl::Milliseconds(49));
    EXPECT_THAT(tried, ElementsAre());
    co_await Advance(absl::Milliseconds(1));
    EXPECT_THAT(tried, ElementsAre("127.0.0.1"));
    // What comes late takes its turn all the same.
    server_.Release();
    co_await Advance(kStagger - absl::Milliseconds(1));
    EXPECT_THAT(tried, ElementsAre("127.0.0.1"));
    co_await Advance(absl::Milliseconds(1));
    co_await Tried(2);
    EXPECT_THAT(tried, ElementsAre("127.0.0.1", "2001:db8::1"));
    handle_.Cancel();
    co_await Ended();
  });
}

TEST_F(ConnectRaceTest, WhatComesAfterTheStaggerIsTriedAtOnce) {
  MakeSilent();
  Run([this]() -> Task<void> {
    server_.held_type = kDnsTypeAaaa;
    unreachable = {"2001:db8::1"};
    Begin({"127.0.0.1", "2001:db8::1"}, silent_->address().port());
    co_await Held(1);
    co_await Advance(absl::Milliseconds(50));
    co_await Advance(kStagger);
    EXPECT_THAT(tried, ElementsAre("127.0.0.1"));
    server_.Release();
    co_await Tried(2);
    EXPECT_FALSE(result_.has_value());
    handle_.Cancel();
    co_await Ended();
  });
}

TEST_F(ConnectRaceTest, Ipv6DoesNotWaitForIpv4) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    server_.held_type = kDnsTypeA;
    unreachable = {"2001:db8::1"};
    Begin({"127.0.0.1", "2001:db8::1"}, listener.address().port());
    co_await Tried(1);
    EXPECT_THAT(tried, ElementsAre("2001:db8::1"));
    EXPECT_FALSE(result_.has_value()) << "there may be others";
    server_.Release();
    co_await Ended();
    EXPECT_TRUE(result_->ok()) << result_->status();
    EXPECT_THAT(tried, ElementsAre("2001:db8::1", "127.0.0.1"));
    result_.reset();
  });
}

TEST_F(ConnectRaceTest, TheWinnerEndsTheSearchForOthers) {
  Run([this]() -> Task<void> {
    PeerListener listener;
    server_.held_type = kDnsTypeAaaa;
    Begin({"127.0.0.1"}, listener.address().port());
    co_await Held(1);
    clock_->Advance(absl::Milliseconds(50));
    co_await Ended();
    EXPECT_TRUE(result_->ok()) << result_->status();
    result_.reset();
  });
}

TEST_F(ConnectRaceTest, ItsDeadlineEndsEveryAttempt) {
  MakeSilent();
  Run([this]() -> Task<void> {
    const uint16_t port = silent_->address().port();
    const SilentAt second("127.0.0.2", port);
    tried.clear();
    Begin({"127.0.0.1", "127.0.0.2", "127.0.0.3"}, port,
          {.timeout = kStagger + absl::Milliseconds(1)});
    co_await Tried(1);
    co_await Advance(kStagger);
    EXPECT_EQ(tried.size(), 2u);
    co_await Advance(absl::Milliseconds(1));
    co_await Ended();
    EXPECT_EQ(result_->status().code(), StatusCode::kDeadlineExceeded);
    co_await Advance(absl::Hours(1));
    EXPECT_EQ(tried.size(), 2u);
  });
}

TEST_F(ConnectRaceTest, ACancelledRaceBeginsNoAttemptThatIsDue) {
  MakeSilent();
  Run([this]() -> Task<void> {
    Begin({"127.0.0.1", "127.0.0.2"}, silent_->address().port());
    co_await Tried(1);
    handle_.Cancel();
    co_await NextTurn();
    // The attempt has not heard of it yet.
    co_await Advance(kStagger);
    co_await Ended();
    EXPECT_EQ(result_->status().code(), StatusCode::kCancelled);
    EXPECT_THAT(tried, ElementsAre("127.0.0.1"));
  });
}

TEST_F(ConnectRaceTest, RefusesANegativeStagger) {
  Run([this]() -> Task<void> {
    absl::StatusOr<TcpStream> stream = co_await runtime->Submit(
        net::Connect{.host = "many.test", .port = 80, .stagger = -absl::Seconds(1)});
    EXPECT_EQ(stream.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(stream.status().message(), "connect many.test:80: a negative stagger");
  });
}

TEST_F(ConnectRaceTest, SaysWhyANameIsNotFound) {
  Run([this]() -> Task<void> {
    absl::StatusOr<TcpStream> stream =
        co_await runtime->Submit(net::Connect{.host = "none.test", .port = 80});
    EXPECT_EQ(stream.status().code(), StatusCode::kNotFound);
    EXPECT_EQ(stream.status().message(),
              "connect none.test:80: resolve \"none.test\": Domain name not found");
  });
}

}  // namespace
}  // namespace rondo::net

// What an attempt calls. UDP sockets, with which c-ares looks for routes, and peers pass.
extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  int type = 0;
  socklen_t type_size = sizeof(type);
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
  if (rondo::net::watch_connect && type == SOCK_STREAM) {
    const std::string ip = rondo::net::Address::FromSockaddr(address, size)->ip();
    rondo::net::tried.push_back(ip);
    if (rondo::net::unreachable.contains(ip)) {
      errno = ENETUNREACH;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_connect, fd, address, size));
}
