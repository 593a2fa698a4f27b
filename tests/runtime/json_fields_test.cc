#include "runtime/json_fields.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/runtime/fields_fixture.h"

namespace rondo {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

template <typename T>
json Write(T value, ResourceTable& resources) {
  JsonWriter writer(resources);
  writer.Value(value);
  return writer.Take();
}

template <typename T>
json Write(T value) {
  ResourceTable resources;
  return Write(std::move(value), resources);
}

template <typename T>
absl::Status Read(const json& input, T& value) {
  const ResourceTable resources;
  JsonReader reader(input, resources);
  reader.Value(value);
  return reader.status();
}

// What is said of `input` as Everything, of which the text is given.
std::string ErrorOf(json input) {
  if (!input.contains("text")) input["text"] = "";
  Everything value;
  const absl::Status status = Read(input, value);
  return status.ok() ? "" : std::string(status.message());
}

TEST(JsonFields, EveryFormIsWritten) {
  Everything value;
  value.text = "hello";
  value.huge = std::numeric_limits<uint64_t>::max();
  value.limits.ratio = 0.5;
  value.list.resize(2);
  EXPECT_EQ(Write(value), json::parse(R"({
    "text": "hello", "flag": true, "small": -1, "large": 1099511627776,
    "huge": 18446744073709551615, "wait": "1.5s", "since": "1970-01-01T00:00:00+00:00",
    "colour": "green", "point": "0,0", "limits": {"width": 3, "ratio": 0.5},
    "list": [{"width": 3, "ratio": null}, {"width": 3, "ratio": null}], "maybe": null})"));
}

TEST(JsonFields, WhatIsWrittenIsReadBack) {
  Everything value;
  value.text = std::string("\0\xff bytes", 8);
  value.small = std::numeric_limits<int8_t>::min();
  value.large = std::numeric_limits<int64_t>::min();
  value.huge = std::numeric_limits<uint64_t>::max();
  value.wait = absl::InfiniteDuration();
  value.since = absl::FromUnixNanos(1'234'567'890'123'456'789);
  value.colour = Colour::kRed;
  value.point = {.x = 3, .y = -4};
  value.limits.ratio = std::numeric_limits<double>::infinity();
  value.list.push_back({.width = 65535, .ratio = -1e300});
  value.maybe = "";
  const json written = Write(value);
  Everything read;
  ASSERT_TRUE(Read(written, read).ok()) << Read(written, read);
  EXPECT_EQ(Write(read), written);
  EXPECT_EQ(read.text, value.text);
  EXPECT_EQ(read.since, value.since);
}

TEST(JsonFields, WhatIsNotGivenKeepsItsDefault) {
  Everything value;
  ASSERT_TRUE(Read({{"text", "x"}, {"limits", {{"ratio", 2}}}}, value).ok());
  EXPECT_EQ(value.limits.width, 3);
  EXPECT_EQ(value.limits.ratio, 2.0);
  EXPECT_EQ(value.colour, Colour::kGreen);
}

TEST(JsonFields, BytesThatAreNoUtf8TravelAsBase64) {
  EXPECT_EQ(Write(std::string("\xff\x00", 2)), json({{"base64", "/wA="}}));
  EXPECT_EQ(Write(std::string("gr\xc3\xbc\xc3\x9f")), json("gr\xc3\xbc\xc3\x9f"));
  std::string read;
  ASSERT_TRUE(Read({{"base64", "/wA="}}, read).ok());
  EXPECT_EQ(read, std::string("\xff\x00", 2));
  EXPECT_THAT(ErrorOf({{"text", {{"base64", "?"}}}}), HasSubstr("\"text\": it is no base64"));
}

TEST(JsonFields, K5_AnUnknownFieldIsNamedWithItsNeighbours) {
  EXPECT_EQ(ErrorOf({{"flog", true}}), "the request has no field \"flog\"; did you mean flag?");
  EXPECT_EQ(ErrorOf({{"limits", {{"breadth", 1}}}}),
            "field \"limits\" has no field \"breadth\"; it has width, ratio");
}

TEST(JsonFields, K5_AMissingFieldIsNamed) {
  Everything value;
  const absl::Status status = Read(json::object(), value);
  EXPECT_EQ(status,
            absl::InvalidArgumentError("field \"text\": it is missing, and has no default"));
}

struct BothNeeded {
  std::string one = {};
  std::string two = {};

  void VisitFields(FieldVisitor& visit) {
    visit("one", one, {.required = true});
    visit("two", two, {.required = true});
  }
};

TEST(JsonFields, K5_OfSeveralMissingFieldsTheFirstIsNamed) {
  BothNeeded value;
  EXPECT_EQ(Read(json::object(), value).message(),
            "field \"one\": it is missing, and has no default");
}

TEST(JsonFields, K5_AMisspeltFieldIsNotCalledMissing) {
  Everything value;
  EXPECT_EQ(Read({{"txt", ""}}, value).message(),
            "the request has no field \"txt\"; did you mean text?");
}

TEST(JsonFields, K5_AWrongTypeIsNamedWithWhatWasGiven) {
  EXPECT_EQ(ErrorOf({{"flag", 1}}), "field \"flag\": expected true or false, not 1");
  EXPECT_EQ(ErrorOf({{"large", "5"}}), "field \"large\": expected an integer, not \"5\"");
  EXPECT_EQ(ErrorOf({{"large", 1.5}}), "field \"large\": expected an integer, not 1.5");
  EXPECT_EQ(ErrorOf({{"text", 1}}),
            "field \"text\": expected a string, or {\"base64\": \"...\"}, not 1");
  EXPECT_EQ(ErrorOf({{"limits", 7}}), "field \"limits\": expected an object, not 7");
  EXPECT_EQ(ErrorOf({{"list", json::object()}}),
            "field \"list\": expected an array, not an object");
  EXPECT_EQ(ErrorOf({{"list", {{{"width", -1}}}}}), "field \"list[0].width\": -1 is negative");
  EXPECT_EQ(ErrorOf({{"limits", {{"ratio", "much"}}}}),
            "field \"limits.ratio\": expected a number, not \"much\"");
  EXPECT_EQ(ErrorOf({{"wait", "soon"}}),
            "field \"wait\": expected a duration like \"1.5s\", not \"soon\"");
  EXPECT_EQ(ErrorOf({{"since", 0}}),
            "field \"since\": expected a time like \"2026-01-31T12:00:00Z\", not 0");
  EXPECT_EQ(ErrorOf({{"colour", "gren"}}),
            "field \"colour\": expected one of red, green, not \"gren\"; did you mean green, red?");
  EXPECT_EQ(ErrorOf({{"point", "1"}}), "field \"point\": no point");
  EXPECT_EQ(ErrorOf({{"maybe", 3}}),
            "field \"maybe\": expected a string, or {\"base64\": \"...\"}, not 3");
  Everything value;
  EXPECT_EQ(Read(json::array(), value).message(), "the request: expected an object, not an array");
}

TEST(JsonFields, K5_ANumberThatDoesNotFitIsNamed) {
  EXPECT_EQ(ErrorOf({{"small", 128}}), "field \"small\": 128 is not within -128 and 127");
  EXPECT_EQ(ErrorOf({{"small", -129}}), "field \"small\": -129 is not within -128 and 127");
  EXPECT_EQ(ErrorOf({{"large", uint64_t{1} << 63}}),
            "field \"large\": 9223372036854775808 is not within -9223372036854775808 and "
            "9223372036854775807");
  EXPECT_EQ(ErrorOf({{"huge", -1}}), "field \"huge\": -1 is negative");
  EXPECT_EQ(ErrorOf({{"limits", {{"width", 65536}}}}),
            "field \"limits.width\": 65536 is more than 65535");
  EXPECT_EQ(ErrorOf({{"small", 127}, {"large", std::numeric_limits<int64_t>::max()}}), "");
}

TEST(JsonFields, WhatIsLongIsShownInPart) {
  EXPECT_LT(ErrorOf({{"flag", std::string(10'000, 'x')}}).size(), 100u);
}

TEST(JsonFields, ALiveObjectGoesAsAnIdAndComesBackByIt) {
  int closed = 0;
  ResourceTable resources;
  const json id = Write(Lamp(closed), resources);
  EXPECT_EQ(id, "test.lamp#1");
  ResourceRef<Lamp> lamp;
  JsonReader reader(id, resources);
  reader.Value(lamp);
  ASSERT_TRUE(reader.status().ok()) << reader.status();
  EXPECT_EQ(lamp->closed(), &closed);
}

TEST(JsonFields, AnIdOfNothingIsAnError) {
  ResourceRef<Lamp> lamp;
  EXPECT_EQ(
      Read("test.lamp#1", lamp),
      absl::NotFoundError("the request: no resource test.lamp#1: it was closed, or never was"));
  EXPECT_EQ(Read(1, lamp).message(), "the request: expected the id of a test.lamp, not 1");
  EXPECT_FALSE(lamp);
}

}  // namespace
}  // namespace rondo
