#include "runtime/cli/text_fields.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/fields.h"
#include "tests/runtime/fields_fixture.h"

namespace rondo::cli {
namespace {

using nlohmann::json;

struct Request {
  std::vector<std::string> args = {};
  Everything all = {};
  std::optional<int> maybe = {};

  void VisitFields(FieldVisitor& visit) {
    visit("args", args);
    visit("all", all);
    visit("maybe", maybe);
  }
};

absl::StatusOr<json> Parse(std::vector<std::string> words) {
  const ValueType type = DescribeValue([](FieldVisitor& visit) { visit.Type<Request>(); });
  return ParseFields(type, words, [](absl::string_view path) -> absl::StatusOr<std::string> {
    if (path == "missing") return absl::NotFoundError("open \"missing\": No such file");
    return absl::StrCat("content of ", path);
  });
}

std::string ErrorOf(std::vector<std::string> words) {
  return std::string(Parse(std::move(words)).status().message());
}

TEST(TextFields, TextBecomesWhatTheFieldWants) {
  EXPECT_EQ(*Parse({"all.text=5", "all.flag=false", "all.large=-5", "all.huge=18446744073709551615",
                    "all.limits.ratio=1.5", "all.wait=2s", "all.colour=red", "maybe=null"}),
            json::parse(R"({"all": {"text": "5", "flag": false, "large": -5,
                            "huge": 18446744073709551615, "limits": {"ratio": 1.5}, "wait": "2s",
                            "colour": "red"}, "maybe": null})"));
  EXPECT_EQ(*Parse({}), json::object());
  EXPECT_EQ(*Parse({"all.text=a=b"}), json({{"all", {{"text", "a=b"}}}}));
  EXPECT_EQ(*Parse({"all.text="}), json({{"all", {{"text", ""}}}}));
}

TEST(TextFields, WhatDoesNotFitStaysTextForTheReaderToRefuse) {
  EXPECT_EQ(
      *Parse({"all.large=5x", "maybe=yes", "all.nothing.like=1", "none=1"}),
      json::parse(R"({"all": {"large": "5x", "nothing": "1"}, "maybe": "yes", "none": "1"})"));
}

TEST(TextFields, AListIsGivenByElementsOrAsJson) {
  EXPECT_EQ(*Parse({"args=a", "args=b"}), json({{"args", {"a", "b"}}}));
  EXPECT_EQ(*Parse({"args=[\"a\", \"b\"]"}), json({{"args", {"a", "b"}}}));
  EXPECT_EQ(*Parse({"all={\"text\": \"x\"}"}), json({{"all", {{"text", "x"}}}}));
  EXPECT_EQ(ErrorOf({"args=[1"}), "field \"args\": broken JSON");
}

TEST(TextFields, BytesComeFromFiles) {
  EXPECT_EQ(*Parse({"all.text=@a.txt"}), json({{"all", {{"text", "content of a.txt"}}}}));
  EXPECT_EQ(*Parse({"all.text=@-"}), json({{"all", {{"text", "content of -"}}}}));
  EXPECT_EQ(*Parse({"all.text=@@home"}), json({{"all", {{"text", "@home"}}}}));
  EXPECT_EQ(Parse({"all.text=@missing"}).status().code(), absl::StatusCode::kNotFound);
}

TEST(TextFields, WhatIsNoFieldOrComesTwiceIsAnError) {
  EXPECT_EQ(ErrorOf({"README.md"}), "\"README.md\" is not of the form field=value");
  EXPECT_EQ(ErrorOf({"=x"}), "\"=x\" is not of the form field=value");
  EXPECT_EQ(ErrorOf({"all.text=a", "all.text=b"}), "field \"all.text\" is given twice");
  EXPECT_EQ(ErrorOf({"args=a", "args=[\"b\"]"}), "field \"args\" is given twice");
  EXPECT_EQ(ErrorOf({"all={}", "all.text=a"}), "");
  EXPECT_EQ(ErrorOf({"all.text=a", "all={}"}), "field \"all\" is given twice");
  EXPECT_EQ(ErrorOf({"maybe=1", "maybe.x=2"}),
            "\"maybe.x\" is given twice, once as a whole and once in part");
}

}  // namespace
}  // namespace rondo::cli
