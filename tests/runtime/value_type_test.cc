#include "runtime/value_type.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runtime/fields_fixture.h"

namespace rondo {
namespace {

template <typename T>
ValueType TypeOf() {
  return DescribeValue([](FieldVisitor& visit) { visit.Type<T>(); });
}

TEST(ValueTypeTest, EveryFieldIsDescribed) {
  const ValueType type = TypeOf<Everything>();
  EXPECT_EQ(type.form, ValueType::Form::kStruct);
  std::vector<std::string> fields;
  for (const ValueField& field : type.fields) {
    fields.push_back(field.name + ": " + field.type.ToString());
  }
  EXPECT_THAT(fields, testing::ElementsAre(
                          "text: bytes", "flag: bool", "small: int8", "large: int64",
                          "huge: uint64", "wait: duration", "since: time",
                          "colour: one of red, green", "point: bytes", "limits: {width, ratio}",
                          "list: list of {width, ratio}", "maybe: bytes, or none"));
  EXPECT_TRUE(type.fields[0].required);
  EXPECT_EQ(type.fields[0].help, "what it says");
  EXPECT_FALSE(type.fields[1].required);
  EXPECT_EQ(type.fields[9].type.fields[0].type.name, "uint16");
}

TEST(ValueTypeTest, LiveObjectsAndWhatRefersToThemAreCalledAlike) {
  EXPECT_EQ(TypeOf<Lamp>().ToString(), "test.lamp");
  EXPECT_EQ(TypeOf<ResourceRef<Lamp>>().form, ValueType::Form::kResource);
  EXPECT_EQ(TypeOf<ResourceRef<Lamp>>().ToString(), "test.lamp");
}

TEST(ValueTypeTest, WhatCannotBeWrittenDownDoesNotCross) {
  struct Opaque {
    int* pointer;
  };
  static_assert(!Crosses<Opaque>);
  static_assert(!Crosses<int*>);
  static_assert(!Crosses<std::map<std::string, int>>);
  static_assert(!Crosses<std::vector<Lamp>>);
  static_assert(Crosses<std::vector<Everything>>);
}

}  // namespace
}  // namespace rondo
