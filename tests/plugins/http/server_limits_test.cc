#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/http/message.h"
#include "plugins/http/server.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/when_any.h"
#include "tests/plugins/net/net_fixture.h"
#include "timers/clock.h"

namespace rondo::http {
namespace {

constexpr absl::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr absl::string_view kPost = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n";

// A server in front of clients that want too much of it. Time stands still but for Advance.
class ServerLimitsTest : public net::NetFixture {
 protected:
  ServerLimitsTest() {
    auto clock = std::make_unique<ManualClock>();
    clock_ = clock.get();
    Build({}, [&](Runtime::Builder& builder) { builder.Use(std::move(clock)); });
  }

  // Runs `client` against a server that greets.
  void Serve(absl::AnyInvocable<Task<void>()> client, ServerOptions options = {}) {
    Run([&]() -> Task<void> {
      net::TcpListener listener = co_await ListenOn();
      address_ = listener.local_address();
      auto first = co_await WhenAny(http::Serve(
                                        std::move(listener),
                                        [this](const Request&) -> Task<Response> {
                                          ++served_;
                                          co_return Response{.body = "hello"};
                                        },
                                        options),
                                    client());
      EXPECT_EQ(first.index(), 1u);
    });
  }

  Task<net::TcpStream> Open() {
    absl::StatusOr<net::TcpStream> stream = co_await runtime->Submit(net::Connect::To(address_));
    EXPECT_TRUE(stream.ok()) << stream.status();
    co_return *std::move(stream);
  }

  // Sends `text` and lets the server take it in.
  static Task<void> Say(net::TcpStream& stream, absl::string_view text) {
    EXPECT_TRUE((co_await stream.Write(text)).ok());
    co_await Settle();
  }

  // A server on the same loop has done by then what it can do.
  static Task<void> Settle() {
    for (int i = 0; i < 10; ++i) co_await NextTurn();
  }

  Task<void> Advance(absl::Duration duration) {
    clock_->Advance(duration);
    co_await Settle();
  }

  int served_ = 0;

 private:
  ManualClock* clock_ = nullptr;
  net::Address address_;
};

TEST_F(ServerLimitsTest, TheDateIsThatOfTheRuntimesClock) {
  Serve([this]() -> Task<void> {
    net::TcpStream stream = co_await Open();
    for (absl::string_view date : {"00:00:00", "00:00:42"}) {
      co_await Say(stream, kGet);
      const std::string answer = co_await Read(stream);
      EXPECT_TRUE(absl::StrContains(answer, absl::StrCat("Thu, 01 Jan 1970 ", date, " GMT")))
          << answer;
      co_await Advance(absl::Seconds(42));
    }
  });
}

TEST_F(ServerLimitsTest, ClosesIdleConnections) {
  Serve([this]() -> Task<void> {
    net::TcpStream fresh = co_await Open();
    net::TcpStream used = co_await Open();
    co_await Settle();
    co_await Advance(absl::Seconds(59));
    co_await Say(used, kGet);
    EXPECT_TRUE(absl::EndsWith(co_await Read(used), "hello"));
    co_await Advance(absl::Seconds(1));
    EXPECT_EQ(co_await ReadAll(fresh), "");
    // The other has said something meanwhile.
    co_await Advance(absl::Seconds(58));
    co_await Say(used, kGet);
    EXPECT_TRUE(absl::EndsWith(co_await Read(used), "hello"));
    co_await Advance(absl::Minutes(1));
    EXPECT_EQ(co_await ReadAll(used), "");
  });
}

TEST_F(ServerLimitsTest, AnswersHeadsThatTakeTooLong) {
  Serve([this]() -> Task<void> {
    net::TcpStream stream = co_await Open();
    co_await Say(stream, "GET / HTTP/1.1\r\n");
    // That more of it comes now and then does not help.
    for (int i = 0; i < 59; ++i) {
      co_await Advance(absl::Seconds(1));
      co_await Say(stream, "a: b\r\n");
    }
    co_await Advance(absl::Seconds(1));
    EXPECT_TRUE(stream.ShutdownWrite().ok());
    const std::string answer = co_await ReadAll(stream);
    EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 408 Request Timeout\r\n")) << answer;
    EXPECT_TRUE(absl::StrContains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_EQ(served_, 0);
  });
}

TEST_F(ServerLimitsTest, AnswersBodiesThatTakeTooLong) {
  Serve([this]() -> Task<void> {
    net::TcpStream late = co_await Open();
    net::TcpStream in_time = co_await Open();
    co_await Say(late, absl::StrCat(kPost, "a"));
    co_await Say(in_time, absl::StrCat(kPost, "a"));
    co_await Advance(absl::Minutes(5) - absl::Seconds(1));
    co_await Say(in_time, "b");
    EXPECT_TRUE(absl::EndsWith(co_await Read(in_time), "hello"));
    co_await Advance(absl::Seconds(1));
    EXPECT_TRUE(late.ShutdownWrite().ok());
    EXPECT_TRUE(absl::StartsWith(co_await ReadAll(late), "HTTP/1.1 408 Request Timeout\r\n"));
    EXPECT_EQ(served_, 1);
  });
}

TEST_F(ServerLimitsTest, TimesAreOptions) {
  Serve(
      [this]() -> Task<void> {
        net::TcpStream head = co_await Open();
        net::TcpStream body = co_await Open();
        net::TcpStream patient = co_await Open();
        co_await Say(head, "GET");
        co_await Say(body, kPost);
        co_await Advance(absl::Seconds(1));
        EXPECT_TRUE(head.ShutdownWrite().ok());
        EXPECT_TRUE(absl::StartsWith(co_await ReadAll(head), "HTTP/1.1 408"));
        co_await Advance(absl::Seconds(1));
        EXPECT_TRUE(body.ShutdownWrite().ok());
        EXPECT_TRUE(absl::StartsWith(co_await ReadAll(body), "HTTP/1.1 408"));
      },
      {.head_timeout = absl::Seconds(1), .body_timeout = absl::Seconds(2)});
  Serve(
      [this]() -> Task<void> {
        net::TcpStream stream = co_await Open();
        co_await Say(stream, kPost);
        co_await Advance(absl::Hours(1000));
        co_await Say(stream, "ab");
        EXPECT_TRUE(absl::EndsWith(co_await Read(stream), "hello"));
      },
      {.head_timeout = absl::InfiniteDuration(), .body_timeout = absl::InfiniteDuration()});
}

TEST_F(ServerLimitsTest, AcceptsNoMoreConnectionsThanItMay) {
  for (const size_t max : {size_t{0}, size_t{1}, size_t{3}}) {
    served_ = 0;
    Serve(
        [&]() -> Task<void> {
          const int open = static_cast<int>(std::max(max, size_t{1}));
          std::vector<net::TcpStream> streams;
          for (int i = 0; i < 2 * open; ++i) {
            streams.push_back(co_await Open());
            co_await Say(streams.back(), kGet);
          }
          EXPECT_EQ(served_, open);
          // Each that ends makes room for one.
          for (int i = 0; i < open; ++i) {
            streams[static_cast<size_t>(i)].Close();
            co_await Settle();
            EXPECT_EQ(served_, open + i + 1);
          }
          EXPECT_TRUE(absl::EndsWith(co_await Read(streams.back()), "hello"));
        },
        {.max_connections = max});
  }
}

TEST_F(ServerLimitsTest, GoesOnWhenConnectionsEndAtOnce) {
  Serve(
      [this]() -> Task<void> {
        // They all are in the backlog, with all that they will ever say, before the first is read.
        std::vector<net::TcpStream> streams;
        for (int i = 0; i < 12; ++i) {
          streams.push_back(co_await Open());
          EXPECT_TRUE((co_await streams.back().Write("GET / HTTP/1.0\r\n\r\n")).ok());
          EXPECT_TRUE(streams.back().ShutdownWrite().ok());
        }
        for (net::TcpStream& stream : streams) {
          EXPECT_TRUE(absl::EndsWith(co_await ReadAll(stream), "hello"));
        }
        EXPECT_EQ(served_, 12);
      },
      {.max_connections = 1});
}

}  // namespace
}  // namespace rondo::http
