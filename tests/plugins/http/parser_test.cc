#include "plugins/http/parser.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace rondo::http {
namespace {

using absl::StatusCode;

// Feeds `text` in pieces of `step` bytes, until the message is done or wrong.
template <typename Parser>
absl::StatusOr<size_t> Feed(Parser& parser, absl::string_view text, size_t step) {
  size_t used = 0;
  while (used < text.size() && !parser.done()) {
    absl::StatusOr<size_t> result = parser.Parse(text.substr(used, step));
    if (!result.ok()) return result;
    used += *result;
  }
  return used;
}

absl::StatusOr<Response> ParseResponse(absl::string_view text, size_t step, Limits limits = {}) {
  ResponseParser parser(limits);
  absl::StatusOr<size_t> used = Feed(parser, text, step);
  if (!used.ok()) return used.status();
  if (absl::Status status = parser.Finish(); !status.ok()) return status;
  return parser.Take();
}

absl::StatusOr<Request> ParseRequest(absl::string_view text, Limits limits = {},
                                     size_t step = 1 << 20) {
  RequestParser parser(limits);
  absl::StatusOr<size_t> used = Feed(parser, text, step);
  if (!used.ok()) return used.status();
  if (!parser.done()) return absl::UnavailableError("more is to come");
  return parser.Take();
}

class ResponseParserTest : public testing::TestWithParam<size_t> {
 protected:
  absl::StatusOr<Response> Parse(absl::string_view text, Limits limits = {}) {
    return ParseResponse(text, GetParam(), limits);
  }
};

INSTANTIATE_TEST_SUITE_P(InPieces, ResponseParserTest, testing::Values(1, 2, 7, 1 << 20));

TEST_P(ResponseParserTest, TakesAResponseApart) {
  absl::StatusOr<Response> response = Parse(
      "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nSet-Cookie: a\r\nSet-Cookie:  b \r\n"
      "Empty:\r\n\r\nhello");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->reason, "Not Found");
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(
      response->headers,
      Headers({{"Content-Length", "5"}, {"Set-Cookie", "a"}, {"Set-Cookie", "b"}, {"Empty", ""}}));
}

TEST_P(ResponseParserTest, TakesEveryFormOfABody) {
  for (absl::string_view text :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nhe\r\n3;extension=\"x\"\r\nllo\r\n0\r\nTrailer: dropped\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello"}) {
    absl::StatusOr<Response> response = Parse(text);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "hello");
    EXPECT_EQ(response->headers.Find("Trailer"), nullptr);
  }
  for (absl::string_view text :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    absl::StatusOr<Response> response = Parse(text);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "");
  }
}

TEST_P(ResponseParserTest, PassesOverInterimResponses) {
  absl::StatusOr<Response> response = Parse(
      "HTTP/1.1 100 Continue\r\nNot: this\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->reason, "OK");
  EXPECT_EQ(response->headers, Headers({{"Content-Length", "2"}}));
  EXPECT_EQ(response->body, "ok");
}

TEST_P(ResponseParserTest, SaysWhereTheConnectionWasClosed) {
  struct {
    const char* text;
    const char* message;
  } const cases[] = {
      {"", "connection closed before a byte of the message"},
      {"HTTP/1.1 200", "connection closed within the headers"},
      {"HTTP/1.1 200 OK\r\nContent-Le", "connection closed within the headers"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "connection closed within the headers"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "connection closed after 0 of 5 body bytes"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
       "connection closed after 3 of 5 body bytes"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n5\r\nl",
       "connection closed after 3 body bytes, before the last chunk"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
       "connection closed after 2 body bytes, before the last chunk"},
  };
  for (const auto& c : cases) {
    absl::StatusOr<Response> response = Parse(c.text);
    EXPECT_EQ(response.status().code(), StatusCode::kUnavailable) << c.text;
    EXPECT_EQ(response.status().message(), c.message);
  }
}

TEST_P(ResponseParserTest, RefusesWhatIsMalformed) {
  for (const std::string& text : std::initializer_list<std::string>{
           "garbage\r\n\r\n",
           "\x16\x03\x01\x02",  // TLS.
           "SSH-2.0-OpenSSH\r\n",
           "HTTP/2.0 OK\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
           "HTTP/1.1 abc OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
           "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
           "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\nname : x\r\n\r\n",
           std::string("HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n", 28),
           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/0.9 200 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n \r\n\r\n0\r\n\r\n",
           "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"}) {
    absl::StatusOr<Response> response = Parse(text);
    EXPECT_EQ(response.status().code(), StatusCode::kDataLoss) << text << response.status();
    EXPECT_TRUE(absl::StartsWith(response.status().message(), "malformed message: "))
        << response.status();
  }
}

TEST_P(ResponseParserTest, KeepsToItsLimits) {
  const Limits limits = {.max_header_bytes = 100, .max_body_bytes = 10};
  EXPECT_TRUE(Parse("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", limits).ok());
  EXPECT_TRUE(Parse("HTTP/1.1 200 OK\r\n\r\n0123456789", limits).ok());
  struct {
    std::string text;
    const char* message;
  } const cases[] = {
      {absl::StrCat("HTTP/1.1 200 OK\r\na: ", std::string(100, 'x')),
       "the headers have more than 100 bytes"},
      {absl::StrCat("HTTP/1.1 200 OK\r\n", std::string(100, 'x')),
       "the headers have more than 100 bytes"},
      {absl::StrCat("HTTP/1.1 200 ", std::string(101, 'x')),
       "the headers have more than 100 bytes"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
       "the body has 11 bytes, more than the 10 allowed"},
      {"HTTP/1.1 200 OK\r\n\r\n0123456789a", "the body has more than the 10 bytes allowed"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n3\r\nabc",
       "the body has more than the 10 bytes allowed"},
      {absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
                    std::string(100, 'x')),
       "the headers have more than 100 bytes"},
      {absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: ",
                    std::string(100, 'x')),
       "the headers have more than 100 bytes"},
  };
  for (const auto& c : cases) {
    absl::StatusOr<Response> response = Parse(c.text, limits);
    EXPECT_EQ(response.status().code(), StatusCode::kResourceExhausted) << response.status();
    EXPECT_EQ(response.status().message(), c.message);
  }
  // Neither many small fields nor many small messages get around it.
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 50; ++i) many += "a:\r\n";
  EXPECT_EQ(Parse(many, limits).status().code(), StatusCode::kResourceExhausted);
  many = "";
  // 100 has no reason here, which leaves nothing to count but the framing.
  for (int i = 0; i < 10; ++i) many += "HTTP/1.1 100 \r\n\r\n";
  EXPECT_EQ(Parse(many, limits).status().code(), StatusCode::kResourceExhausted);
}

TEST(ResponseParser, StaysWrong) {
  ResponseParser parser({});
  EXPECT_FALSE(parser.Parse("garbage").ok());
  EXPECT_EQ(parser.Parse("HTTP/1.1 200 OK\r\n").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(parser.Finish().code(), StatusCode::kDataLoss);
}

TEST(RequestParser, TakesARequestApart) {
  absl::StatusOr<Request> request =
      ParseRequest("POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-Y: z\r\n\r\nhello");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "/a?b");
  EXPECT_EQ(*request->headers.Find("x-y"), "z");
  EXPECT_EQ(request->body, "hello");
  EXPECT_TRUE(request->keep_alive);
}

TEST(RequestParser, KnowsWhetherTheConnectionIsKept) {
  EXPECT_FALSE(ParseRequest("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")->keep_alive);
  EXPECT_FALSE(ParseRequest("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(ParseRequest("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->keep_alive);
}

TEST(RequestParser, TakesOneRequestAfterTheOther) {
  const std::string text =
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
      "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n"
      "\r\nGET /4 HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
      "GET /5 HTTP/1.1\r\nHost: x\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    RequestParser parser({});
    absl::string_view left = text;
    std::string seen;
    while (!left.empty()) {
      EXPECT_TRUE(parser.idle());
      absl::StatusOr<size_t> used = Feed(parser, left, step);
      ASSERT_TRUE(used.ok()) << used.status();
      left.remove_prefix(*used);
      ASSERT_TRUE(parser.done());
      const Request request = parser.Take();
      absl::StrAppend(&seen, request.target, "(", request.body, ")");
    }
    EXPECT_EQ(seen, "/1()/2(ab)/3(c)/4()/5()");
  }
}

TEST(RequestParser, KnowsWhoWaitsForAWord) {
  RequestParser parser({});
  ASSERT_TRUE(parser.Parse("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n").ok());
  EXPECT_FALSE(parser.expects_continue());
  ASSERT_TRUE(parser.Parse("Content-Length: 1\r\n\r\n").ok());
  EXPECT_TRUE(parser.expects_continue());
  ASSERT_TRUE(parser.Parse("x").ok());
  EXPECT_FALSE(parser.expects_continue());
}

TEST(RequestParser, RefusesWhatIsMalformedOrCanBeReadInTwoWays) {
  for (const std::string& text : std::initializer_list<std::string>{
           "garbage\r\n\r\n", "\x16\x03\x01\x02",
           "GET / HTTP/1.1\r\n\r\n",  // No Host.
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "get / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET  HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nbad name: x\r\n\r\n",
           std::string("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", 28),
           "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n"}) {
    absl::StatusOr<Request> request = ParseRequest(text);
    EXPECT_EQ(request.status().code(), StatusCode::kDataLoss) << text << request.status();
  }
}

// Every one of these was the vehicle of an attack: what one server on the way takes for the end of
// a line, a header or a chunk, the next does not.
TEST(RequestParser, RefusesLineBreaksThatAreNone) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& text : std::initializer_list<std::string>{
           post + "x:\r\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "x:\r\rContent-Length: 5\r\n\r\nhello",
           post + "x: y\r\rContent-Length: 5\r\n\r\nhello",
           post + "x:\rzContent-Length: 5\r\n\r\nhello",
           post + "x:\nContent-Length: 5\r\n\r\nhello",
           post + "x: y\nContent-Length: 5\r\n\r\nhello",
           post + "\rz",
           post + "\n",
           "GET / HTTP/1.1\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\rHost: a\r\n\r\n",
           "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
           chunked + "5\r\nhelloXX0\r\n\r\n",
           chunked + "5\r\nhello\r0\r\n\r\n",
           chunked + "5\r\nhello\n0\r\n\r\n",
           chunked + "5\r\nhello\n\r0\r\n\r\n",
           chunked + "5\r\nhello\rX0\r\n\r\n",
           chunked + "5\rXhello\r\n0\r\n\r\n",
           chunked + "5\nhello\r\n0\r\n\r\n",
           chunked + "5;a=b\rXhello\r\n0\r\n\r\n",
           chunked + "0\r\n\rX",
           chunked + "0\r\n\n",
           chunked + "0\r\nx:\r\ry: z\r\n\r\n",
       }) {
    for (const size_t step : {1, 1 << 20}) {
      absl::StatusOr<Request> request = ParseRequest(text, {}, step);
      EXPECT_EQ(request.status().code(), StatusCode::kDataLoss) << text << request.status();
    }
  }
}

TEST(RequestParser, RefusesOtherFramings) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string empty = "\r\n\r\n0\r\n\r\n";
  for (const std::string& text : std::initializer_list<std::string>{
           post + "Transfer-Encoding:\r\n\r\n", post + "Transfer-Encoding: \t\r\n\r\n",
           post + "Transfer-Encoding:\r\nContent-Length: 5\r\n\r\nhello",
           post + "Content-Length: 5\r\nTransfer-Encoding:\r\n\r\nhello",
           post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked" + empty,
           post + "Transfer-Encoding:\r\nTransfer-Encoding: chunked" + empty,
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding:" + empty,
           post + "Transfer-Encoding: gzip" + empty, post + "Transfer-Encoding: identity" + empty,
           post + "Transfer-Encoding: chunked\t" + empty,
           post + "Transfer-Encoding: \"chunked\"" + empty,
           post + "Transfer-Encoding:\r\n chunked" + empty,
           post + "Transfer-Encoding: chun\r\n ked" + empty,
           post + "Transfer-Encoding: chunked\r\n x" + empty, post + "x: y\r\n\tz\r\n\r\n",
           post + "x:\r\n \r\n\r\n", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked" + empty,
           "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked" + empty}) {
    for (const size_t step : {1, 1 << 20}) {
      absl::StatusOr<Request> request = ParseRequest(text, {}, step);
      EXPECT_EQ(request.status().code(), StatusCode::kDataLoss) << text << request.status();
    }
  }
}

TEST(RequestParser, RefusesOtherStartLines) {
  const std::string host = "\r\nHost: a\r\n\r\n";
  for (const std::string& line : std::initializer_list<std::string>{
           "GET / HTTP/2.0", "GET / HTTP/0.9", "GET /", "GET / ", "GET / RTSP/1.0",
           "POST / RTSP/1.0", "OPTIONS * RTSP/1.0", "PLAY / RTSP/1.0", "SOURCE / ICE/1.0",
           "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
           "GET / HTTP/1.2", "GET / HTTP/1.10", "GET / HTTP/01.1", "GET / http/1.1",
           "GET /\t HTTP/1.1", "GET /\xe9 HTTP/1.1"}) {
    for (const size_t step : {1, 1 << 20}) {
      absl::StatusOr<Request> request = ParseRequest(line + host, {}, step);
      EXPECT_EQ(request.status().code(), StatusCode::kDataLoss) << line << request.status();
    }
  }
}

TEST(RequestParser, RefusesHostsThatAreNone) {
  for (const std::string& version : {"1.0", "1.1"}) {
    for (const std::string& host :
         {"a b", "a/", "a b/@,c", "b@a", "a,b", "a:b", "a:99999", "[::1", "http://a"}) {
      const std::string text = absl::StrCat("GET / HTTP/", version, "\r\nHost: ", host, "\r\n\r\n");
      EXPECT_EQ(ParseRequest(text).status().code(), StatusCode::kDataLoss) << text;
    }
    for (const std::string& host : {"", "a", "a.b:80", "[::1]:80", "1.2.3.4"}) {
      const std::string text = absl::StrCat("GET / HTTP/", version, "\r\nHost: ", host, "\r\n\r\n");
      EXPECT_TRUE(ParseRequest(text).ok()) << text;
    }
  }
}

TEST(RequestParser, SaysWhatIsNotToBeHad) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string& text : std::initializer_list<std::string>{
           post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: gzip,chunked\r\n\r\n0\r\n\r\n",
           "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    for (const size_t step : {1, 1 << 20}) {
      EXPECT_EQ(ParseRequest(text, {}, step).status().code(), StatusCode::kUnimplemented) << text;
    }
  }
}

TEST(RequestParser, TakesLineBreaksInBodies) {
  for (const size_t step : {1, 1 << 20}) {
    EXPECT_EQ(
        ParseRequest("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n\r\r\n\n \r", {}, step)
            ->body,
        "\r\r\n\n \r");
    EXPECT_EQ(ParseRequest("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "2\r\n\r\r\r\n1\r\n\n\r\n2\r\n \r\r\n0\r\n\r\n",
                           {}, step)
                  ->body,
              "\r\r\n \r");
  }
}

TEST(RequestParser, CountsEveryByteThatIsNotBody) {
  const Limits limits = {.max_header_bytes = 100};
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string line_breaks;
  for (int i = 0; i < 50; ++i) line_breaks += "\r\n";
  std::string empty_fields;
  for (int i = 0; i < 25; ++i) empty_fields += "a:\r\n";
  for (const std::string& text : std::initializer_list<std::string>{
           line_breaks + "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a" + std::string(100, ' ') + "\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\n" + empty_fields + "\r\n",
           chunked + std::string(100, '0') + "1\r\nx\r\n0\r\n\r\n",
           chunked + "1\r\nx\r\n" + std::string(100, '0') + "\r\n\r\n",
           chunked + "0\r\n" + empty_fields + "\r\n",
       }) {
    for (const size_t step : {1, 1 << 20}) {
      absl::StatusOr<Request> request = ParseRequest(text, limits, step);
      EXPECT_EQ(request.status().code(), StatusCode::kResourceExhausted) << text;
      EXPECT_EQ(request.status().message(), "the headers have more than 100 bytes");
    }
  }
  // But a body may have any number of chunks.
  std::string many = chunked;
  for (int i = 0; i < 1000; ++i) many += "1\r\nx\r\n";
  EXPECT_EQ(ParseRequest(many + "0\r\n\r\n", limits)->body, std::string(1000, 'x'));
}

TEST(RequestParser, TakesNoBodyUnderANegativeLimit) {
  for (const int64_t limit : {int64_t{-1}, std::numeric_limits<int64_t>::min(), int64_t{0}}) {
    const Limits limits = {.max_body_bytes = limit};
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_TRUE(ParseRequest(post + "Content-Length: 0\r\n\r\n", limits).ok());
    for (const char* rest :
         {"Content-Length: 1\r\n\r\n", "Content-Length: 9223372036854775808\r\n\r\n",
          "Content-Length: 18446744073709551615\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n1\r\nx"}) {
      EXPECT_EQ(ParseRequest(post + rest, limits).status().code(), StatusCode::kResourceExhausted)
          << rest;
    }
  }
  const Limits all = {.max_body_bytes = std::numeric_limits<int64_t>::max()};
  EXPECT_EQ(
      ParseRequest("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", all)
          .status()
          .code(),
      StatusCode::kResourceExhausted);
}

TEST(RequestParser, KeepsToItsLimits) {
  const Limits limits = {.max_header_bytes = 100, .max_body_bytes = 10};
  EXPECT_EQ(ParseRequest(absl::StrCat("GET /", std::string(100, 'x')), limits).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(ParseRequest("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits)
                .status()
                .code(),
            StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace rondo::http
