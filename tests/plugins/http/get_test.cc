#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/http/http.h"
#include "plugins/http/http_plugin.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/call.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/when_all.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::http {
namespace {

using absl::StatusCode;

// What a server says to a request, and then.
struct Script {
  std::string answer;
  enum End { kClose, kReset, kStay } end = kClose;
  size_t step = 1 << 20;  // Bytes it sends at once.
};

class GetTest : public net::NetFixture {
 protected:
  GetTest() {
    Build({}, [](Runtime::Builder& builder) { builder.Add(std::make_unique<HttpPlugin>()); });
  }

  // Gets `target` from a server that plays `script`; `request` is then what it was asked.
  Task<absl::StatusOr<Response>> GetFrom(Script script, Get get = {.url = "/"},
                                         SubmitOptions options = {}) {
    net::TcpListener listener = co_await ListenOn();
    get.url = absl::StrCat("http://", listener.local_address(), get.url);
    url = get.url;
    auto [played, response] = co_await WhenAll(
        Play(listener, std::move(script)),
        [](Runtime& runtime, Get get, SubmitOptions options) -> Task<absl::StatusOr<Response>> {
          co_return co_await runtime.Submit(std::move(get), std::move(options));
        }(*runtime, std::move(get), std::move(options)));
    co_return std::move(response);
  }

  Task<void> Play(net::TcpListener& listener, Script script) {
    absl::StatusOr<net::TcpStream> stream = co_await listener.Accept();
    request.clear();
    while (!absl::EndsWith(request, "\r\n\r\n")) request += co_await Read(*stream);
    for (absl::string_view left = script.answer; !left.empty();) {
      // The client may have seen enough.
      if (!(co_await stream->Write(left.substr(0, script.step))).ok()) break;
      left.remove_prefix(std::min(script.step, left.size()));
      co_await NextTurn();
    }
    if (script.end == Script::kReset) stream->Reset();
    if (script.end == Script::kStay) co_await ReadAll(*stream);
  }

  // Sends more than a server that plays `script` at the first byte lets in.
  Task<absl::StatusOr<Response>> GetTooMuch(Script script) {
    net::TcpListener listener = co_await ListenOn();
    url = absl::StrCat("http://", listener.local_address(), "/");
    const auto play = [&]() -> Task<void> {
      absl::StatusOr<net::TcpStream> stream = co_await listener.Accept();
      co_await Read(*stream, 1);
      EXPECT_TRUE((co_await stream->Write(script.answer)).ok());
      EXPECT_TRUE(stream->ShutdownWrite().ok());
      if (script.end == Script::kReset) stream->Reset();
    };
    const auto get = [this]() -> Task<absl::StatusOr<Response>> {
      co_return co_await runtime->Submit(
          Get{.url = url, .headers = {{"a", std::string(20 << 20, 'x')}}});
    };
    auto [played, response] = co_await WhenAll(play(), get());
    co_return std::move(response);
  }

  // "GET URL: " and the rest of the message.
  std::string Error(absl::string_view rest) const { return absl::StrCat("GET ", url, ": ", rest); }

  std::string request;
  std::string url;
};

TEST_F(GetTest, FetchesAPage) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response =
        co_await GetFrom({.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
                          .end = Script::kStay},
                         {.url = "/a?b", .headers = {{"X-Q", "r"}, {"accept", "text/plain"}}});
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->reason, "OK");
    EXPECT_EQ(*response->headers.Find("x-a"), "b");
    EXPECT_EQ(response->body, "hello");
    const std::string host = url.substr(7, url.rfind('/') - 7);
    EXPECT_EQ(request, absl::StrCat("GET /a?b HTTP/1.1\r\nHost: ", host,
                                    "\r\nUser-Agent: rondo\r\nX-Q: r\r\naccept: text/plain\r\n"
                                    "Connection: close\r\n\r\n"));
  });
}

TEST_F(GetTest, IsCalledByName) {
  Run([this]() -> Task<void> {
    net::TcpListener listener = co_await ListenOn();
    const auto call = [&]() -> Task<absl::StatusOr<nlohmann::json>> {
      const nlohmann::json header = {{"name", "X-Q"}, {"value", "r"}};
      co_return co_await runtime->Call(
          "http.get", {{"url", absl::StrCat("http://", listener.local_address(), "/a")},
                       {"headers", nlohmann::json::array({header})}});
    };
    auto [played, response] = co_await WhenAll(
        Play(listener, {.answer = "HTTP/1.1 404 Nowhere\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi"}),
        call());
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(*response, nlohmann::json::parse(R"({"status": 404, "reason": "Nowhere", "body": "hi",
        "headers": [{"name": "Content-Length", "value": "2"}, {"name": "X-A", "value": "b"}]})"));
    EXPECT_THAT(request, testing::HasSubstr("X-Q: r\r\n"));
  });
}

TEST_F(GetTest, ReadsEveryFormOfABodyInPiecesOfAnySize) {
  Run([this]() -> Task<void> {
    for (const size_t step : {1, 3, 1000}) {
      for (const char* answer :
           {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nhello"}) {
        absl::StatusOr<Response> response = co_await GetFrom({.answer = answer, .step = step});
        EXPECT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->body, "hello");
      }
    }
  });
}

TEST_F(GetTest, ReadsALargeBody) {
  Run([this]() -> Task<void> {
    const std::string body(5 << 20, 'b');
    absl::StatusOr<Response> response =
        co_await GetFrom({.answer = absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(),
                                                 "\r\n\r\n", body)});
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_TRUE(response->body == body);
  });
}

TEST_F(GetTest, TakesAnyStatusForAResult) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response =
        co_await GetFrom({.answer = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"});
    EXPECT_EQ(response->status, 500);
    response = co_await GetFrom({.answer = "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"});
    EXPECT_EQ(response->status, 302) << "redirections are not followed";
  });
}

TEST_F(GetTest, SaysWhereTheServerHasClosed) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response = co_await GetFrom({.answer = ""});
    EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(response.status().message(), Error("connection closed before a byte of the message"));
    response = co_await GetFrom({.answer = "HTTP/1.1 200 OK\r\nContent-Le"});
    EXPECT_EQ(response.status().message(), Error("connection closed within the headers"));
    response = co_await GetFrom({.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"});
    EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(response.status().message(), Error("connection closed after 3 of 5 body bytes"));
  });
}

TEST_F(GetTest, SaysThatTheServerHasReset) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response = co_await GetFrom(
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", .end = Script::kReset});
    EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
    EXPECT_TRUE(absl::StartsWith(response.status().message(), Error("read 127.0.0.1:")) &&
                absl::EndsWith(response.status().message(), ": Connection reset by peer"))
        << response.status();
  });
}

TEST_F(GetTest, TakesAnAnswerThatComesBeforeAllIsSent) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response =
        co_await GetTooMuch({.answer = "HTTP/1.1 431 Too Large\r\nContent-Length: 2\r\n\r\nno"});
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, 431);
    EXPECT_EQ(response->body, "no");
  });
}

TEST_F(GetTest, SaysThatTheServerHasClosedBeforeAllIsSent) {
  Run([this]() -> Task<void> {
    for (const char* answer : {"", "HTTP/1.1 431 Too Large\r\nContent-Length: 2\r\n\r\nn"}) {
      for (const Script::End end : {Script::kClose, Script::kReset}) {
        absl::StatusOr<Response> response = co_await GetTooMuch({.answer = answer, .end = end});
        EXPECT_EQ(response.status().code(), StatusCode::kUnavailable) << response.status();
        EXPECT_TRUE(absl::StartsWith(response.status().message(), Error("write 127.0.0.1:")))
            << response.status();
      }
    }
  });
}

TEST_F(GetTest, SaysThatTheServerRefuses) {
  Run([this]() -> Task<void> {
    const net::RefusingPort listener;
    url = absl::StrCat("http://", listener.address(), "/x");
    absl::StatusOr<Response> response = co_await runtime->Submit(Get{.url = url});
    EXPECT_EQ(response.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(response.status().message(),
              Error(absl::StrCat("connect ", listener.address(), ": Connection refused")));
  });
}

TEST_F(GetTest, RefusesGarbage) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response =
        co_await GetFrom({.answer = "SSH-2.0-OpenSSH_9.2\r\n", .end = Script::kStay});
    EXPECT_EQ(response.status().code(), StatusCode::kDataLoss);
    EXPECT_TRUE(absl::StartsWith(response.status().message(), Error("malformed message: ")))
        << response.status();
  });
}

TEST_F(GetTest, KeepsToItsLimits) {
  Run([this]() -> Task<void> {
    const Get get = {.url = "/", .limits = {.max_header_bytes = 100, .max_body_bytes = 4}};
    absl::StatusOr<Response> response = co_await GetFrom(
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .end = Script::kStay}, get);
    EXPECT_EQ(response.status().code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(response.status().message(), Error("the body has 5 bytes, more than the 4 allowed"));
    response =
        co_await GetFrom({.answer = absl::StrCat("HTTP/1.1 200 OK\r\na: ", std::string(1000, 'x')),
                          .end = Script::kStay},
                         get);
    EXPECT_EQ(response.status().message(), Error("the headers have more than 100 bytes"));
  });
}

TEST_F(GetTest, RefusesWhatItCannotAskFor) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response = co_await runtime->Submit(Get{.url = "no url"});
    EXPECT_EQ(response.status().code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(response.status().message(), "\"no url\" is not an http URL: "));
    response = co_await runtime->Submit(Get{.url = "https://a/"});
    EXPECT_EQ(response.status().code(), StatusCode::kUnimplemented);
    EXPECT_EQ(response.status().message(),
              "GET https://a/: https needs TLS, which is not there yet");
    response =
        co_await runtime->Submit(Get{.url = "http://127.0.0.1/", .headers = {{"a", "b\r\nc: d"}}});
    EXPECT_EQ(response.status().code(), StatusCode::kInvalidArgument);
    response = co_await runtime->Submit(
        Get{.url = "http://127.0.0.1/", .headers = {{"content-length", "5"}}});
    EXPECT_EQ(response.status().message(),
              "GET http://127.0.0.1/: the header Content-Length cannot be set");
  });
}

TEST_F(GetTest, EndsAtItsDeadline) {
  Run([this]() -> Task<void> {
    absl::StatusOr<Response> response =
        co_await GetFrom({.answer = "HTTP/1.1 200 OK\r\n", .end = Script::kStay}, {.url = "/"},
                         {.timeout = absl::Milliseconds(20)});
    EXPECT_EQ(response.status().code(), StatusCode::kDeadlineExceeded) << response.status();
  });
}

TEST_F(GetTest, NeedsThePluginNet) {
  const absl::Status status =
      Runtime::Builder().Add(std::make_unique<HttpPlugin>()).Build().status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("needs the plugin net"));
}

}  // namespace
}  // namespace rondo::http
