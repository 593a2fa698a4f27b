#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/runtime.h"
#include "tests/runtime/loading/linked_plugins.h"
#include "tests/runtime/loading/sample.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;

// That this links at all is half of the test: two plugins that can be loaded as well, in one
// program, neither of which brings an entry point.
TEST(LinkedPlugin, SeveralInOneProgram) {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Add(sample::MakeSample()).Add(sample::MakeOther()).Build();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  std::vector<absl::StatusOr<std::string>> results;
  (*runtime)->Submit(sample::Reverse{.text = "abc"}, [&](absl::StatusOr<std::string> result) {
    results.push_back(std::move(result));
  });
  ASSERT_TRUE((*runtime)->Run().ok());
  EXPECT_THAT(results, ElementsAre("cba"));
  EXPECT_EQ((*runtime)->UnloadPlugin("other"), absl::OkStatus());
}

}  // namespace
}  // namespace rondo
