#include "plugins/http/server.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/http/http.h"
#include "plugins/http/http_plugin.h"
#include "plugins/http/message.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/when_all.h"
#include "runtime/when_any.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::http {
namespace {

using absl::StatusCode;

// Says what it was asked.
Task<Response> Mirror(const Request& request) {
  co_return Response{.body = absl::StrCat(request.method, " ", request.target, " ", request.body)};
}

class ServerTest : public net::NetFixture {
 protected:
  ServerTest() {
    Build({}, [](Runtime::Builder& builder) { builder.Add(std::make_unique<HttpPlugin>()); });
  }

  // Runs `client` against a server with this handler.
  void Serve(Handler handler, absl::AnyInvocable<Task<void>()> client, ServerOptions options = {}) {
    Run([&]() -> Task<void> {
      net::TcpListener listener = co_await ListenOn();
      address = listener.local_address();
      auto first =
          co_await WhenAny(http::Serve(std::move(listener), std::move(handler), options), client());
      EXPECT_EQ(first.index(), 1u);
    });
  }

  // Sends `text` on a connection of its own and reads until the server closes it. Dates are
  // left out.
  Task<std::string> Talk(absl::string_view text, size_t step = 1 << 20) {
    absl::StatusOr<net::TcpStream> stream = co_await runtime->Submit(net::Connect::To(address));
    while (!text.empty()) {
      EXPECT_TRUE((co_await stream->Write(text.substr(0, step))).ok());
      text.remove_prefix(std::min(step, text.size()));
      co_await NextTurn();
    }
    EXPECT_TRUE(stream->ShutdownWrite().ok());
    co_return WithoutDates(co_await ReadAll(*stream));
  }

  static std::string WithoutDates(std::string text) {
    for (size_t at = 0; (at = text.find("Date: ", at)) != std::string::npos;) {
      EXPECT_EQ(text.substr(at + 31, 6), " GMT\r\n") << text;
      text.erase(at, 37);
    }
    return text;
  }

  net::Address address;
};

TEST_F(ServerTest, UsageExample) {
  Serve(
      [](const http::Request& request) -> Task<http::Response> {
        co_return http::Response{.body = "hello " + request.target};
      },
      [this]() -> Task<void> {
        absl::StatusOr<Response> response =
            co_await runtime->Submit(Get{.url = absl::StrCat("http://", address, "/you")});
        EXPECT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "hello /you");
        absl::Time date;
        EXPECT_TRUE(absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", *response->headers.Find("Date"),
                                    &date, nullptr));
        EXPECT_LT(absl::AbsDuration(date - absl::Now()), absl::Minutes(1));
      });
}

TEST_F(ServerTest, AnswersOneRequestAfterTheOtherOnAConnection) {
  const std::string requests =
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
      "HEAD /3 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      "GET /5 HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string answers =
      "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGET /1 "
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nPOST /2 ab"
      "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /4 ";
  Serve(Mirror, [&]() -> Task<void> {
    for (const size_t step : {1, 10, 1000}) EXPECT_EQ(co_await Talk(requests, step), answers);
  });
}

TEST_F(ServerTest, SaysToOldClientsThatTheConnectionStays) {
  Serve(Mirror, [this]() -> Task<void> {
    EXPECT_EQ(
        co_await Talk("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\nGET /1 "
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /2 ");
  });
}

TEST_F(ServerTest, ServesConnectionsAtTheSameTime) {
  // The first is answered after the second has come.
  int begun = 0;
  Serve(
      [&](const Request&) -> Task<Response> {
        ++begun;
        while (begun < 2) co_await NextTurn();
        co_return Response{.body = "both"};
      },
      [&]() -> Task<void> {
        auto [first, second] =
            co_await WhenAll(Talk("GET /1 HTTP/1.0\r\n\r\n"), Talk("GET /2 HTTP/1.0\r\n\r\n"));
        EXPECT_TRUE(absl::EndsWith(first, "both"));
        EXPECT_TRUE(absl::EndsWith(second, "both"));
      });
}

TEST_F(ServerTest, FramesResponsesItself) {
  Serve(
      [](const Request& request) -> Task<Response> {
        if (request.target == "/none") co_return Response{.status = 204, .body = "dropped"};
        co_return Response{.status = 299,
                           .reason = "Odd",
                           .headers = {{"Content-Length", "1"},
                                       {"Transfer-Encoding", "chunked"},
                                       {"Date", "never"},
                                       {"X", "y"},
                                       {"Connection", "close"}},
                           .body = "three"};
      },
      [this]() -> Task<void> {
        EXPECT_EQ(
            co_await Talk("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n"),
            "HTTP/1.1 299 Odd\r\nX: y\r\nContent-Length: 5\r\nConnection: close\r\n\r\nthree");
        EXPECT_EQ(co_await Talk("GET /none HTTP/1.1\r\nHost: x\r\n\r\n"),
                  "HTTP/1.1 204 No Content\r\n\r\n");
      });
}

TEST_F(ServerTest, TellsWhoWaitsForItToGoOn) {
  Serve(Mirror, [this]() -> Task<void> {
    absl::StatusOr<net::TcpStream> stream = co_await runtime->Submit(net::Connect::To(address));
    EXPECT_TRUE((co_await stream->Write("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                                        "Expect: 100-continue\r\nConnection: close\r\n\r\n"))
                    .ok());
    EXPECT_EQ(co_await Read(*stream), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE((co_await stream->Write("ab")).ok());
    EXPECT_TRUE(absl::EndsWith(co_await ReadAll(*stream), "\r\n\r\nPUT / ab"));
  });
}

TEST_F(ServerTest, RefusesWhatIsNoRequest) {
  Serve(Mirror,
        [this]() -> Task<void> {
          const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
          struct {
            std::string text;
            const char* status;
          } const cases[] = {
              {"garbage\r\n\r\n", "400 Bad Request"},
              {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
              {head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Bad Request"},
              {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "400 Bad Request"},
              {head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501 Not Implemented"},
              {"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", "501 Not Implemented"},
              {"GET /" + std::string(300, 'x'), "431 Request Header Fields Too Large"},
              {head + "A: " + std::string(300, 'x'), "431 Request Header Fields Too Large"},
              {head + "Content-Length: 101\r\n\r\n", "413 Content Too Large"},
              {head + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x'),
               "413 Content Too Large"},
          };
          for (const auto& c : cases) {
            // It does not serve what comes behind, either.
            const std::string answer =
                co_await Talk(c.text + "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
            EXPECT_TRUE(absl::StartsWith(answer, absl::StrCat("HTTP/1.1 ", c.status, "\r\n")))
                << answer;
            EXPECT_TRUE(absl::StrContains(answer, "\r\nConnection: close\r\n")) << answer;
            EXPECT_FALSE(absl::StrContains(answer, "200 OK")) << answer;
          }
        },
        {.limits = {.max_header_bytes = 200, .max_body_bytes = 100}});
}

TEST_F(ServerTest, SurvivesItsHandler) {
  Serve(
      [](const Request& request) -> Task<Response> {
        if (request.target == "/throw") throw std::runtime_error("secret");
        co_return Response{.headers = {{"a", "b\r\nc: d"}}};
      },
      [this]() -> Task<void> {
        for (const char* target : {"/throw", "/inject"}) {
          const std::string answer =
              co_await Talk(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: x\r\n\r\n"));
          EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 500 Internal Server Error\r\n")) << answer;
          EXPECT_FALSE(absl::StrContains(answer, "secret")) << answer;
        }
      });
}

TEST_F(ServerTest, SurvivesClientsThatLeave) {
  Serve(
      [](const Request&) -> Task<Response> {
        for (int i = 0; i < 3; ++i) co_await NextTurn();
        co_return Response{.body = std::string(10 << 20, 'x')};
      },
      [this]() -> Task<void> {
        for (const char* text : {"", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                 "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"}) {
          for (const bool reset : {false, true}) {
            absl::StatusOr<net::TcpStream> stream =
                co_await runtime->Submit(net::Connect::To(address));
            EXPECT_TRUE((co_await stream->Write(text)).ok());
            co_await NextTurn();
            if (reset) stream->Reset();
          }
        }
        const std::string answer = co_await Talk("GET / HTTP/1.0\r\n\r\n");
        EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 200 OK")) << answer.substr(0, 100);
      });
}

TEST_F(ServerTest, EndsWithItsScope) {
  // While one request is handled, one is half sent, and one connection is idle.
  Run([this]() -> Task<void> {
    net::TcpListener listener = co_await ListenOn();
    address = listener.local_address();
    absl::StatusOr<net::TcpStream> handled, half, idle;
    bool started = false;
    const auto client = [&]() -> Task<void> {
      handled = co_await runtime->Submit(net::Connect::To(address));
      half = co_await runtime->Submit(net::Connect::To(address));
      idle = co_await runtime->Submit(net::Connect::To(address));
      EXPECT_TRUE((co_await half->Write("GET / HTT")).ok());
      EXPECT_TRUE((co_await handled->Write("GET / HTTP/1.0\r\n\r\n")).ok());
      while (!started) co_await NextTurn();
    };
    co_await WhenAny(http::Serve(std::move(listener),
                                 [&](const Request&) -> Task<Response> {
                                   started = true;
                                   static_cast<void>(co_await Sleep(absl::Hours(1)));
                                   co_return Response{.body = "late"};
                                 }),
                     client());
    EXPECT_EQ(co_await ReadAll(*half), "");
    EXPECT_EQ(co_await ReadAll(*idle), "");
  });
}

TEST_F(ServerTest, EndsWithTheRuntime) {
  runtime->Spawn([](Runtime& runtime) -> Task<void> {
    absl::StatusOr<net::TcpListener> listener =
        co_await runtime.Submit(net::Listen{.address = net::Address::Loopback()});
    absl::StatusOr<net::TcpStream> client =
        co_await runtime.Submit(net::Connect::To(listener->local_address()));
    absl::Status served = co_await http::Serve(*std::move(listener), Mirror);
    ADD_FAILURE() << served;
  }(*runtime));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  runtime = nullptr;
}

}  // namespace
}  // namespace rondo::http
