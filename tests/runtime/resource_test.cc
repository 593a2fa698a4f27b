#include "runtime/resource.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runtime/fields_fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  EXPECT_EQ(table.Close("test.door#1").code(), absl::StatusCode::kNotFound) << "of another type";
  EXPECT_EQ(closed, 0);
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
    EXPECT_TRUE(table.CloseAll("other.").ok());
    EXPECT_EQ(closed, 0);
    EXPECT_TRUE(table.CloseAll("test.").ok());
    EXPECT_EQ(closed, 1);
    table.Add(MakeResource(Lamp(closed)));
  }
  EXPECT_EQ(closed, 2);
}

// Cannot be closed without trouble.
class Wasp {
 public:
  static constexpr absl::string_view kResource = "test.wasp";

  Wasp() = default;
  Wasp(Wasp&&) = default;
  Wasp& operator=(Wasp&&) = default;

  void Close() { throw std::runtime_error("stung"); }
};

TEST(ResourceTable, K11_OneThatThrowsIsClosedAllTheSame) {
  ResourceTable table;
  const std::string id = table.Add(MakeResource(Wasp()));
  EXPECT_EQ(table.Close(id), absl::InternalError("close test.wasp#1: exception: stung"));
  EXPECT_EQ(table.Close(id).code(), absl::StatusCode::kNotFound);
}

TEST(ResourceTable, K11_OneThatThrowsKeepsNoOtherOpen) {
  int closed = 0;
  ResourceTable table;
  table.Add(MakeResource(Lamp(closed)));
  table.Add(MakeResource(Wasp()));
  table.Add(MakeResource(Wasp()));
  table.Add(MakeResource(Lamp(closed)));
  EXPECT_EQ(table.CloseAll(), absl::InternalError("close test.wasp#2: exception: stung"));
  EXPECT_EQ(closed, 2);
  EXPECT_THAT(table.Ids(), IsEmpty());
  table.Add(MakeResource(Wasp()));  // And the table's end has nobody to tell.
}

// Closes another by its id.
class Master {
 public:
  static constexpr absl::string_view kResource = "test.master";

  Master(ResourceTable& table, std::string servant)
      : table_(&table), servant_(std::move(servant)) {}
  Master(Master&&) = default;
  Master& operator=(Master&&) = default;

  void Close() { EXPECT_TRUE(table_->Close(servant_).ok()); }

 private:
  ResourceTable* table_;
  std::string servant_;
};

TEST(ResourceTable, OneThatClosesAnother) {
  int closed = 0;
  ResourceTable table;
  table.Add(MakeResource(Master(table, "test.lamp#2")));
  table.Add(MakeResource(Lamp(closed)));
  EXPECT_TRUE(table.CloseAll().ok());
  EXPECT_EQ(closed, 1);
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
