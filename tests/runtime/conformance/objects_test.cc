#include "runtime/conformance/objects.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/completion.h"
#include "runtime/fields.h"
#include "runtime/kind_info.h"
#include "runtime/registrar.h"
#include "runtime/resource.h"
#include "tests/runtime/fixture.h"

namespace rondo::conformance {
namespace {

using nlohmann::json;

class Door {
 public:
  static constexpr absl::string_view kResource = "test.door";

  explicit Door(std::string room) : room_(std::move(room)) {}
  Door(Door&&) = default;
  Door& operator=(Door&&) = default;

  const std::string& room() const { return room_; }

 private:
  std::string room_;
};

struct OpenDoor {
  static constexpr absl::string_view kKind = "test.open_door";
  using Result = Door;
  std::string room = {};

  void VisitFields(FieldVisitor& visit) { visit("room", room, {.required = true}); }
};

struct PassDoor {
  static constexpr absl::string_view kKind = "test.pass_door";
  using Result = std::string;
  ResourceRef<Door> door = {};
  ResourceRef<Door> other = {};

  void VisitFields(FieldVisitor& visit) {
    visit("door", door, {.required = true});
    visit("other", other);
  }
};

class ObjectsTest : public SimulatedRuntime {
 protected:
  void SetUp() override {
    Build([](Registrar& registrar) {
      registrar.OnLoop<OpenDoor>([](const OpenDoor& request, Completion<Door> done) {
        done.Complete(Door(request.room));
      });
      registrar.OnLoop<PassDoor>([](const PassDoor& request, Completion<std::string> done) {
        done.Complete(request.door->room());
      });
      return absl::OkStatus();
    });
  }

  bool Lacks(const json& request) const {
    for (const KindInfo& kind : DescribeKinds(*runtime)) {
      if (kind.name == PassDoor::kKind) return LacksObject(*kind.request, request);
    }
    ADD_FAILURE() << "no such kind";
    return false;
  }
};

const json kHall = {{"result_of", {{"test.open_door", {{"room", "hall"}}}}}};

TEST_F(ObjectsTest, ACallIsReplacedByItsResult) {
  EXPECT_EQ(WithObjects(*runtime, {{"door", kHall}, {"n", 1}}),
            json({{"door", "test.door#1"}, {"n", 1}}));
  EXPECT_EQ(WithObjects(*runtime, json::array({kHall, kHall, "x"})),
            json({"test.door#2", "test.door#3", "x"}));
}

TEST_F(ObjectsTest, ACallsRequestMayHaveACallAsWell) {
  const json room = {{"result_of", {{"test.pass_door", {{"door", kHall}}}}}};
  EXPECT_EQ(WithObjects(*runtime, room), json("hall"));
}

TEST_F(ObjectsTest, WhatIsNoCallStays) {
  for (const json& request :
       {json(), json("text"), json({{"result_of", "x"}}), json({{"result_of", json::object()}}),
        json({{"result_of", {{"test.open_door", json::object()}}}, {"and", 1}})}) {
    EXPECT_EQ(WithObjects(*runtime, request), request);
  }
}

TEST_F(ObjectsTest, ACallThatFailsFailsTheTest) {
  static Runtime* where = nullptr;
  where = runtime.get();
  EXPECT_NONFATAL_FAILURE(
      WithObjects(*where, {{"result_of", {{"test.open_door", json::object()}}}}),
      "result_of test.open_door: INVALID_ARGUMENT");
}

TEST_F(ObjectsTest, ARequestLacksAnObjectThatNoCallGives) {
  EXPECT_FALSE(Lacks({{"door", kHall}}));
  EXPECT_TRUE(Lacks({{"door", "test.door#0"}}));
  EXPECT_TRUE(Lacks(json::object()));
  EXPECT_FALSE(Lacks({{"door", kHall}, {"other", kHall}}));
  EXPECT_TRUE(Lacks({{"door", kHall}, {"other", "test.door#0"}}));
}

}  // namespace
}  // namespace rondo::conformance
