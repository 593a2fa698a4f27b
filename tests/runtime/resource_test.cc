#include "runtime/resource.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runtime/fields_fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;

TEST(ResourceTable, GivesOutAndFindsByTypeAndNumber) {
  int closed = 0;
  ResourceTable table;
  EXPECT_EQ(table.Add(MakeResource(Lamp(closed))), "test.lamp#1");
  EXPECT_EQ(table.Add(MakeResource(Lamp(closed))), "test.lamp#2");
  EXPECT_THAT(table.Ids(), ElementsAre("test.lamp#1", "test.lamp#2"));
  EXPECT_TRUE(table.Find("test.lamp#2", "test.lamp").ok());
  EXPECT_EQ(table.Find("test.lamp#2", "test.door").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(table.Find("test.door#2", "test.door").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Find("test.lamp#3", "test.lamp").status().code(), absl::StatusCode::kNotFound);
  for (const char* id : {"", "#", "test.lamp", "test.lamp#", "test.lamp#x"}) {
    EXPECT_EQ(table.Find(id, "test.lamp").status().code(), absl::StatusCode::kInvalidArgument)
        << id;
  }
}

TEST(ResourceTable, ClosesOnceAndForgetsTheId) {
  int closed = 0;
  ResourceTable table;
  const std::string id = table.Add(MakeResource(Lamp(closed)));
  EXPECT_TRUE(table.Close(id).ok());
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(table.Close(id).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Find(id, "test.lamp").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Add(MakeResource(Lamp(closed))), "test.lamp#2") << "no id is used twice";
}

TEST(ResourceTable, WhatATaskUsesOutlivesItsId) {
  int closed = 0;
  ResourceTable table;
  const std::string id = table.Add(MakeResource(Lamp(closed)));
  const ResourceRef<Lamp> lamp(*table.Find(id, "test.lamp"));
  ASSERT_TRUE(table.Close(id).ok());
  EXPECT_EQ(lamp->closed(), &closed);
}

TEST(ResourceTable, ClosesAllOfAPluginAndAllAtItsEnd) {
  int closed = 0;
  {
    ResourceTable table;
    table.Add(MakeResource(Lamp(closed)));
    table.CloseAll("other.");
    EXPECT_EQ(closed, 0);
    table.CloseAll("test.");
    EXPECT_EQ(closed, 1);
    table.Add(MakeResource(Lamp(closed)));
  }
  EXPECT_EQ(closed, 2);
}

TEST(ResourceRef, BorrowsFromWhoCallsByType) {
  int closed = 0;
  Lamp lamp(closed);
  const ResourceRef<Lamp> reference = lamp;
  EXPECT_EQ(reference.get(), &lamp);
  EXPECT_FALSE(ResourceRef<Lamp>());
}

}  // namespace
}  // namespace rondo
