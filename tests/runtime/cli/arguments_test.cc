#include "runtime/cli/arguments.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo::cli {
namespace {

using ::testing::ElementsAre;

std::string ErrorOf(const std::vector<std::string>& args) {
  return std::string(ParseArguments(args).status().message());
}

TEST(Arguments, OptionsMayStandAnywhere) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(
      {"--json", "call", "fs.stat", "--timeout", "2s", "path=a", "--repeat=10", "--parallel", "3"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->command, "call");
  EXPECT_THAT(arguments->words, ElementsAre("fs.stat", "path=a"));
  EXPECT_TRUE(arguments->json);
  EXPECT_FALSE(arguments->stats);
  EXPECT_EQ(arguments->timeout, absl::Seconds(2));
  EXPECT_EQ(arguments->repeat, 10);
  EXPECT_EQ(arguments->parallel, 3);
}

TEST(Arguments, BehindTwoDashesAllAreWords) {
  const absl::StatusOr<Arguments> arguments = ParseArguments({"call", "a.b", "--", "--json"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_THAT(arguments->words, ElementsAre("a.b", "--json"));
  EXPECT_FALSE(arguments->json);
}

TEST(Arguments, AnApplicationGetsItsOwnOptions) {
  const absl::StatusOr<Arguments> plain = ParseArguments({"run", "--json", "x.so", "--help", "b"});
  ASSERT_TRUE(plain.ok());
  EXPECT_THAT(plain->words, ElementsAre("x.so", "--help", "b"));
  EXPECT_TRUE(plain->json);
  EXPECT_FALSE(plain->help);
  EXPECT_THAT(ParseArguments({"run", "x.so", "--", "--", "b"})->words,
              ElementsAre("x.so", "--", "b"));
}

TEST(Arguments, PluginsAreFilesOrNamesWithOptions) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(
      {"kinds", "--plugin", "x.so", "--plugin=net:a=1,b=2", "--plugin", "./lib:greeting=hi"});
  ASSERT_TRUE(arguments.ok());
  ASSERT_EQ(arguments->plugins.size(), 3u);
  EXPECT_EQ(arguments->plugins[0].file, "x.so");
  EXPECT_TRUE(arguments->plugins[0].options.empty());
  EXPECT_EQ(arguments->plugins[1].name, "net");
  EXPECT_THAT(arguments->plugins[1].options, ElementsAre("a=1", "b=2"));
  EXPECT_EQ(arguments->plugins[2].file, "./lib");
  EXPECT_EQ(arguments->plugins[2].name, "");
  EXPECT_THAT(arguments->plugins[2].options, ElementsAre("greeting=hi"));
}

TEST(Arguments, AWrongOptionIsNamed) {
  EXPECT_EQ(ErrorOf({"kinds", "--jsn"}), "no option --jsn; did you mean json?");
  EXPECT_EQ(ErrorOf({"kinds", "-x"}), "no option -x");
  EXPECT_EQ(ErrorOf({"call", "--timeout"}), "--timeout needs a value");
  EXPECT_EQ(ErrorOf({"call", "--timeout=-1s"}), "--timeout: -1s is no time to wait");
  EXPECT_EQ(ErrorOf({"call", "--repeat=0"}), "--repeat: 0 is less than 1");
  EXPECT_EQ(ErrorOf({"call", "--repeat=many"}), "--repeat: \"many\" will not do");
  EXPECT_EQ(ErrorOf({"call", "--colour=red"}), "--colour: \"red\" is not auto, always or never");
}

}  // namespace
}  // namespace rondo::cli
