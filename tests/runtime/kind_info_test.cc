#include "runtime/kind_info.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/completion.h"
#include "runtime/registrar.h"
#include "runtime/task_context.h"
#include "tests/runtime/fields_fixture.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using nlohmann::json;

struct Measure {
  static constexpr absl::string_view kKind = "test.measure";
  using Result = Limits;
  std::string what = {};
  int64_t times = 3;

  void VisitFields(FieldVisitor& visit) {
    visit("what", what, {.required = true});
    visit("times", times);
  }
};
struct Opaque {
  static constexpr absl::string_view kKind = "test.opaque";
  using Result = void;
  int* pointer = nullptr;
};

class KindInfoTest : public SimulatedRuntime {};

TEST_F(KindInfoTest, SaysWhatACallerByNameHasToKnow) {
  Build([](Registrar& registrar) {
    registrar.OnPool<Measure>(
        [](const Measure&, TaskContext&) -> absl::StatusOr<Limits> { return Limits(); },
        {.max_concurrency = 2});
    registrar.OnLoop<Opaque>([](Opaque, Completion<void> done) { done.Drop(); });
    return absl::OkStatus();
  });
  const std::vector<KindInfo> kinds = DescribeKinds(*runtime);
  ASSERT_EQ(kinds.size(), 2u);
  const KindInfo& measure = kinds[0];
  EXPECT_EQ(measure.name, "test.measure");
  EXPECT_EQ(measure.plugin, "test");
  EXPECT_EQ(measure.runs_on, RunsOn::kPool);
  EXPECT_EQ(measure.limits.max_concurrency, 2);
  EXPECT_EQ(measure.request->ToString(), "{what, times}");
  EXPECT_EQ(measure.result->ToString(), "{width, ratio}");
  EXPECT_EQ(measure.defaults, json({{"what", ""}, {"times", 3}}));
  EXPECT_TRUE(measure.can_be_called());
  EXPECT_EQ(kinds[1].runs_on, RunsOn::kLoop);
  EXPECT_FALSE(kinds[1].request.has_value());
  EXPECT_EQ(kinds[1].result->ToString(), "nothing");
  EXPECT_FALSE(kinds[1].can_be_called());
}

}  // namespace
}  // namespace rondo
