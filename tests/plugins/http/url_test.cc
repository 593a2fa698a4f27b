#include "plugins/http/url.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace rondo::http {
namespace {

TEST(Url, UsageExample) {
  absl::StatusOr<http::Url> url = http::Url::Parse("http://example.org/search?q=rondo#top");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 80);
  EXPECT_EQ(url->target, "/search?q=rondo");
}

TEST(Url, FillsInWhatIsLeftOut) {
  struct {
    const char* text;
    const char* whole;
  } const cases[] = {
      {"http://a", "http://a/"},
      {"HTTP://A.B:80", "http://a.b/"},
      {"https://a:443/x", "https://a/x"},
      {"http://a:443", "http://a:443/"},
      {"http://a:00080/", "http://a/"},
      {"http://a?q", "http://a/?q"},
      {"http://a#fragment/?", "http://a/"},
      {"http://[::1]", "http://[::1]/"},
      {"http://[0:0::1]:8080/x", "http://[::1]:8080/x"},
      {"http://127.0.0.1:8080/%7Ea/b;c?d=e&f='g'", "http://127.0.0.1:8080/%7Ea/b;c?d=e&f='g'"},
  };
  for (const auto& c : cases) {
    absl::StatusOr<Url> url = Url::Parse(c.text);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(url->ToString(), c.whole);
    EXPECT_EQ(Url::Parse(url->ToString()).value(), *url);
  }
}

TEST(Url, SaysWhatIsWrong) {
  struct {
    std::string text;
    const char* why;
  } const cases[] = {
      {"", "no http:// in front"},
      {"example.org", "no http:// in front"},
      {"/index.html", "no http:// in front"},
      {"http:/a", "no http:// in front"},
      {"ftp://a/", "a scheme that is not http or https"},
      {"://a/", "a scheme that is not http or https"},
      {"http://", "no host"},
      {"http:///x", "no host"},
      {"http://:80/", "no host"},
      {"http://a b/", "a character that is not printable ASCII"},
      {"http://a/\r\nHost: b", "a character that is not printable ASCII"},
      {"http://a/\xc3\xa4", "a character that is not printable ASCII"},
      {std::string("http://a/\0", 10), "a character that is not printable ASCII"},
      {"http://user:secret@a/", "a user name, which does not belong in a URL"},
      {"http://a:/", "no port in 1..65535 after the host"},
      {"http://a:0/", "no port in 1..65535 after the host"},
      {"http://a:65536/", "no port in 1..65535 after the host"},
      {"http://a:+80/", "no port in 1..65535 after the host"},
      {"http://a:80:80/", "no port in 1..65535 after the host"},
      {"http://[::1/", "a [ without its ]"},
      {"http://[::1]x/", "no port in 1..65535 after the host"},
      {"http://[127.0.0.1]/", "no IPv6 address in the brackets"},
      {"http://[fe80::1%25lo]/", "no IPv6 address in the brackets"},
      {"http://a%62/", "a character that no host has"},
      {"http://" + std::string(254, 'a') + "/", "the host is too long"},
      {"http://a/<b>", "a path or query with a character that has to be escaped"},
      {"http://a/%", "a path or query with a character that has to be escaped"},
      {"http://a/%4", "a path or query with a character that has to be escaped"},
      {"http://a/%4g", "a path or query with a character that has to be escaped"},
      {"http://a/?[x]", "a path or query with a character that has to be escaped"},
  };
  for (const auto& c : cases) {
    absl::StatusOr<Url> url = Url::Parse(c.text);
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    const std::string message(url.status().message());
    EXPECT_TRUE(message.size() > std::string(c.why).size() &&
                message.ends_with(std::string(": ") + c.why))
        << message;
  }
  EXPECT_EQ(Url::Parse("a\nb").status().message(),
            R"("a\nb" is not an http URL: a character that is not printable ASCII)");
}

TEST(Url, KnowsAuthorities) {
  for (const char* text : {"a", "a.example", "A:1", "1.2.3.4:65535", "[::1]", "[::1]:80"}) {
    EXPECT_TRUE(IsAuthority(text)) << text;
  }
  for (const char* text : {"", " a", "a ", "a b", "a/", "b@a", "a,b", "a:", "a:b", "a:65536",
                           "[::1", "[a]", "[::1]1", "::1"}) {
    EXPECT_FALSE(IsAuthority(text)) << text;
  }
}

}  // namespace
}  // namespace rondo::http
