#include "runtime/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace rondo::internal {
namespace {

TEST(Utf8, TakesEveryLength) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(std::string("\0a\x7f", 3)));
  EXPECT_TRUE(
      IsUtf8("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
}

TEST(Utf8, RefusesWhatIsNone) {
  for (const char* text : {
           "\x80", "\xbf", "\xc2", "a\xff", "\xfe", "\xc2 ", "\xe2\x82", "\xf0\x9f\x98", "\xc0\x80",
           "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",  // Overlong.
           "\xed\xa0\x80", "\xed\xbf\xbf",                  // Surrogates.
           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",          // Above U+10FFFF.
       }) {
    EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(std::string(text));
  }
}

}  // namespace
}  // namespace rondo::internal
