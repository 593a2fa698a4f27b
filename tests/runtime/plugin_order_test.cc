#include "runtime/plugin_order.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace rondo::internal {
namespace {

PluginInfo Named(std::string name, std::vector<std::string> depends_on = {}) {
  return {.name = std::move(name), .summary = "", .depends_on = std::move(depends_on)};
}

TEST(PluginOrder, WhatIsNeededComesFirst) {
  EXPECT_TRUE(CheckPluginOrder({}).ok());
  EXPECT_TRUE(CheckPluginOrder({Named("net"), Named("http", {"net"})}).ok());
  EXPECT_EQ(CheckPluginOrder({Named("http", {"net"}), Named("net")}),
            absl::FailedPreconditionError("plugin http needs the plugin net: add net before it"));
}

TEST(PluginOrder, WhatIsMissingIsNamed) {
  EXPECT_EQ(
      CheckPluginOrder({Named("fs"), Named("http", {"fs", "net"})}),
      absl::NotFoundError("plugin http needs the plugin net, which is not there: add it before"));
}

TEST(PluginOrder, ACircleIsNamedWhole) {
  EXPECT_EQ(
      CheckPluginOrder({Named("a", {"b"}), Named("b", {"c"}), Named("c", {"x", "a"}), Named("x")}),
      absl::FailedPreconditionError(
          "plugins depend on one another in a circle: a needs b needs c needs a"));
  EXPECT_EQ(CheckPluginOrder({Named("a", {"a"})}),
            absl::FailedPreconditionError("plugins depend on one another in a circle: a needs a"));
  // A circle that the first does not belong to.
  EXPECT_EQ(CheckPluginOrder({Named("a", {"b"}), Named("b", {"c"}), Named("c", {"b"})}),
            absl::FailedPreconditionError("plugin a needs the plugin b: add b before it"));
}

}  // namespace
}  // namespace rondo::internal
