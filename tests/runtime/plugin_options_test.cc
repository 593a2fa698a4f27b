#include "runtime/plugin_options.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/fields.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"

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

TEST(PluginOptions, ABuilderConfiguresWhatItAdds) {
  auto own = std::make_unique<Configurable>();
  const Configurable& plugin = *own;
  const auto configure = [](const json& options) {
    return [options](Plugin& plugin) { return ConfigurePlugin(plugin, options); };
  };
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder()
          .Configure("test", configure({{"max_connections", 7}}))
          .Add(std::move(own))
          .Build();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  EXPECT_EQ(plugin.max_connections, 7);

  EXPECT_EQ(Runtime::Builder()
                .Configure("text", configure({{"max_connections", 7}}))
                .Add(std::make_unique<Configurable>())
                .Build()
                .status(),
            absl::NotFoundError("configure plugin text: it is not there; did you mean test?"));
  EXPECT_EQ(Runtime::Builder()
                .Configure("test", configure({{"max_connections", "x"}}))
                .Add(std::make_unique<Configurable>())
                .Build()
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rondo
