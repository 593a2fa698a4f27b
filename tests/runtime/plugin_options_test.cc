#include "runtime/plugin_options.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/fields.h"
#include "runtime/registrar.h"

namespace rondo {
namespace {

using nlohmann::json;

class Configurable final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "test", .summary = "for tests"}; }
  absl::Status Register(Registrar&) override { return absl::OkStatus(); }
  void VisitOptions(FieldVisitor& visit) override {
    visit("max_connections", max_connections, {.help = "at once"});
    visit("hosts", hosts);
  }

  int max_connections = 100;
  std::vector<std::string> hosts = {"a"};
};

TEST(PluginOptions, AreSetAndKeepTheirDefaults) {
  Configurable plugin;
  ASSERT_TRUE(ConfigurePlugin(plugin, json::object()).ok());
  EXPECT_EQ(plugin.max_connections, 100);
  ASSERT_TRUE(ConfigurePlugin(plugin, {{"max_connections", 7}, {"hosts", {"b", "c"}}}).ok());
  EXPECT_EQ(plugin.max_connections, 7);
  EXPECT_THAT(plugin.hosts, testing::ElementsAre("b", "c"));
}

TEST(PluginOptions, AWrongOneIsNamedWithItsPlugin) {
  Configurable plugin;
  EXPECT_EQ(ConfigurePlugin(plugin, {{"max_conections", 7}}),
            absl::InvalidArgumentError("plugin test: it has no option \"max_conections\"; did you "
                                       "mean max_connections?"));
  EXPECT_EQ(ConfigurePlugin(plugin, {{"max_connections", "many"}}),
            absl::InvalidArgumentError(
                "plugin test: option \"max_connections\": expected an integer, not \"many\""));
}

TEST(PluginOptions, AreDescribedAndShownAndStayAsTheyAre) {
  Configurable plugin;
  const ValueType type = DescribeOptions(plugin);
  ASSERT_EQ(type.fields.size(), 2u);
  EXPECT_EQ(type.fields[0].name, "max_connections");
  EXPECT_EQ(type.fields[0].help, "at once");
  EXPECT_EQ(type.fields[1].type.ToString(), "list of bytes");
  EXPECT_EQ(GetOptions(plugin), json({{"max_connections", 100}, {"hosts", {"a"}}}));
  EXPECT_THAT(plugin.hosts, testing::ElementsAre("a"));
}

}  // namespace
}  // namespace rondo
