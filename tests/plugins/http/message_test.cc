#include "plugins/http/message.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "plugins/http/headers.h"

namespace rondo::http {
namespace {

TEST(Headers, UsageExample) {
  http::Headers headers = {{"Accept", "text/plain"}};
  headers.Add("Cookie", "a=1");
  headers.Add("cookie", "b=2");
  ASSERT_NE(headers.Find("ACCEPT"), nullptr);
  EXPECT_EQ(*headers.Find("ACCEPT"), "text/plain");
  EXPECT_EQ(*headers.Find("Cookie"), "a=1") << "the first";
  EXPECT_EQ(headers.Count("Cookie"), 2u);
  EXPECT_EQ(headers.Find("Cook"), nullptr);
  EXPECT_EQ(headers.size(), 3u);
}

TEST(Headers, FindsATokenOfAList) {
  const Headers headers = {{"Connection", "keep-alive, Close"}, {"connection", " \tupgrade "}};
  EXPECT_TRUE(headers.HasToken("Connection", "close"));
  EXPECT_TRUE(headers.HasToken("Connection", "keep-alive"));
  EXPECT_TRUE(headers.HasToken("Connection", "upgrade"));
  EXPECT_FALSE(headers.HasToken("Connection", "keep"));
  EXPECT_FALSE(headers.HasToken("Expect", "close"));
}

TEST(Headers, OnlyOneFieldAtATimeCanBeSent) {
  EXPECT_TRUE(Headers({{"X-A", "\xc3\xa4\tb"}, {"x!#$%&'*+-.^_`|~", ""}}).Validate().ok());
  for (const Headers::Field& field :
       std::initializer_list<Headers::Field>{{"", "a"},
                                             {"a b", "c"},
                                             {"a:", "c"},
                                             {"a\r\nb", "c"},
                                             {"a", "b\r\nc: d"},
                                             {"a", "b\nc"},
                                             {"a", std::string("b\0", 2)},
                                             {"\xc3\xa4", "b"}}) {
    EXPECT_EQ(Headers({field}).Validate().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Headers({{"a", "b\r\nc"}}).Validate().message(),
            R"(the header "a: b\r\nc" has a character that must not be sent)");
}

TEST(ReasonPhrase, KnowsTheUsualOnes) {
  EXPECT_EQ(ReasonPhrase(100), "Continue");
  EXPECT_EQ(ReasonPhrase(200), "OK");
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(511), "Network Authentication Required");
  for (const int unknown : {-1, 0, 99, 299, 418, 599, 1000}) EXPECT_EQ(ReasonPhrase(unknown), "");
}

}  // namespace
}  // namespace rondo::http
