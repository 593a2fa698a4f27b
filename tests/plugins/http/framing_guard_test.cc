#include "plugins/http/framing_guard.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace rondo::http::internal {
namespace {

using absl::StatusCode;

// Byte by byte.
absl::Status Frame(FramingGuard& guard, absl::string_view data) {
  for (const char& c : data) {
    if (absl::Status status = guard.Frame({&c, 1}); !status.ok()) return status;
  }
  return absl::OkStatus();
}

TEST(FramingGuard, UsageExample) {
  FramingGuard guard(1000);
  EXPECT_TRUE(guard.Frame("POST / HTTP/1.1\r\nHost: a\r\n\r\n5\r\n").ok());
  guard.BeginChunk(5);
  guard.Body(5);
  EXPECT_TRUE(guard.Frame("\r\n0\r\n\r\n").ok());
  EXPECT_EQ(guard.start_line(), "POST / HTTP/1.1");
  EXPECT_FALSE(guard.folded());
}

TEST(FramingGuard, WantsCrlfAndNothingElse) {
  for (absl::string_view text : {"a\rb", "a\r\r\n", "a\nb", "\n", "a\r\n\n", "\ra"}) {
    FramingGuard whole(1000);
    EXPECT_EQ(whole.Frame(text).code(), StatusCode::kDataLoss) << text;
    FramingGuard pieces(1000);
    EXPECT_EQ(Frame(pieces, text).code(), StatusCode::kDataLoss) << text;
  }
}

TEST(FramingGuard, WantsCrlfBehindTheDataOfAChunk) {
  for (absl::string_view text : {"XX", "\rX", "\n", "\r\r", "0\r\n"}) {
    FramingGuard guard(1000);
    guard.BeginChunk(5);
    guard.Body(2);
    guard.Body(3);
    EXPECT_EQ(Frame(guard, text).message(),
              "malformed message: a chunk that does not end where it said")
        << text;
  }
}

TEST(FramingGuard, LeavesBodiesAlone) {
  FramingGuard guard(1000);
  // A CR at the end of what came before the body has been judged; the body's own is no business.
  EXPECT_TRUE(guard.Frame("a\r\n").ok());
  guard.Body(1000);
  EXPECT_TRUE(guard.Frame("b").ok());
}

TEST(FramingGuard, SeesLinesThatGoOn) {
  for (absl::string_view text : {"a\r\n b\r\n", "a\r\n\tb\r\n"}) {
    FramingGuard guard(1000);
    EXPECT_TRUE(Frame(guard, text).ok());
    EXPECT_TRUE(guard.folded());
    guard.Reset();
    EXPECT_FALSE(guard.folded());
  }
}

TEST(FramingGuard, CountsWhatIsNotBody) {
  FramingGuard guard(10);
  EXPECT_TRUE(guard.Frame("123456\r\n").ok());
  guard.Body(1000);
  EXPECT_TRUE(guard.Frame("90").ok());
  EXPECT_EQ(guard.Frame("1").message(), "the headers have more than 10 bytes");
  guard.Reset();
  EXPECT_TRUE(guard.Frame("12345678").ok());
}

TEST(FramingGuard, FindsTheStartLine) {
  FramingGuard guard(1000);
  EXPECT_TRUE(Frame(guard, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n").ok());
  EXPECT_EQ(guard.start_line(), "GET / HTTP/1.1");
  guard.Reset();
  EXPECT_EQ(guard.start_line(), "");
}

}  // namespace
}  // namespace rondo::http::internal
