#include "runtime/plugin.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/completion.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct One {
  static constexpr absl::string_view kKind = "a.one";
  using Result = int;
};
struct Two {
  static constexpr absl::string_view kKind = "a.two";
  using Result = int;
};
struct Misnamed {
  static constexpr absl::string_view kKind = "b.one";
  using Result = int;
};
struct Shouting {
  static constexpr absl::string_view kKind = "a.DoIt";
  using Result = int;
};

template <typename Request>
void RegisterConstant(Registrar& registrar, int value) {
  registrar.OnPool<Request>(
      [value](const Request&, TaskContext&) -> absl::StatusOr<int> { return value; });
}

std::vector<std::string> KindNames(const Runtime& runtime) {
  std::vector<std::string> names;
  for (const auto& kind : runtime.Stats().kinds) names.push_back(kind.name);
  return names;
}

class PluginTest : public SimulatedRuntime {};

// A kind is named after its plugin, so two kinds of one name come from two plugins of one name.
TEST_F(PluginTest, K6_TwoPluginsWithOneKindNameNeitherIsHalfRegistered) {
  Build();
  ASSERT_TRUE(runtime
                  ->AddPlugin(std::make_unique<TestPlugin>("a",
                                                           [](Registrar& registrar) {
                                                             RegisterConstant<One>(registrar, 1);
                                                             return absl::OkStatus();
                                                           }))
                  .ok());
  absl::Status status =
      runtime->AddPlugin(std::make_unique<TestPlugin>("a", [](Registrar& registrar) {
        RegisterConstant<Two>(registrar, 2);
        RegisterConstant<One>(registrar, 3);
        return absl::OkStatus();
      }));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(KindNames(*runtime), ElementsAre("a.one"));
  std::vector<absl::StatusOr<int>> results;
  runtime->Submit(One{}, [&](absl::StatusOr<int> result) { results.push_back(result); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(results, ElementsAre(1)) << "the first is as it was";
}

TEST_F(PluginTest, K6_AKindRegisteredTwiceByOnePlugin) {
  Build();
  absl::Status status =
      runtime->AddPlugin(std::make_unique<TestPlugin>("a", [](Registrar& registrar) {
        RegisterConstant<Two>(registrar, 2);
        RegisterConstant<One>(registrar, 1);
        RegisterConstant<One>(registrar, 1);
        return absl::OkStatus();
      }));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr("a.one"));
  EXPECT_THAT(KindNames(*runtime), ElementsAre());
}

TEST_F(PluginTest, AKindIsNamedAfterItsPluginInSnakeCase) {
  Build();
  for (auto f : {&RegisterConstant<Misnamed>, &RegisterConstant<Shouting>}) {
    absl::Status status =
        runtime->AddPlugin(std::make_unique<TestPlugin>("a", [f](Registrar& registrar) {
          f(registrar, 1);
          return absl::OkStatus();
        }));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

// Logs its life; fails where it is told to.
class Loud final : public Plugin {
 public:
  Loud(std::string name, std::vector<std::string>& log, std::string fail = "")
      : name_(std::move(name)), log_(log), fail_(std::move(fail)) {}
  ~Loud() override { log_.push_back(absl::StrCat(name_, " destroyed")); }

  PluginInfo info() const override { return {.name = name_, .summary = "says what it does"}; }
  absl::Status Register(Registrar& registrar) override {
    if (name_ == "a") RegisterConstant<One>(registrar, 1);
    return Do("register");
  }
  absl::Status Start(Runtime&) override { return Do("start"); }
  void Stop() override { Do("stop").IgnoreError(); }

 private:
  absl::Status Do(const std::string& what) {
    log_.push_back(absl::StrCat(name_, " ", what));
    return what == fail_ ? absl::UnavailableError("not today") : absl::OkStatus();
  }

  std::string name_;
  std::vector<std::string>& log_;
  std::string fail_;
};

TEST_F(PluginTest, K7_APluginThatFailsLeavesTheRuntimeAsItWas) {
  Build();
  for (const char* fail : {"register", "start"}) {
    absl::Status status = runtime->AddPlugin(std::make_unique<Loud>("a", log, fail));
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(status.message(), absl::StrCat(fail, " plugin a: not today"));
    EXPECT_THAT(KindNames(*runtime), ElementsAre());
  }
  EXPECT_THAT(log,
              ElementsAre("a register", "a destroyed", "a register", "a start", "a destroyed"));
  // And it is as able as before.
  EXPECT_TRUE(runtime->AddPlugin(std::make_unique<Loud>("a", log)).ok());
  EXPECT_THAT(KindNames(*runtime), ElementsAre("a.one"));
}

TEST_F(PluginTest, K8_PluginsStartInOrderAndStopInReverse) {
  absl::StatusOr<std::unique_ptr<Runtime>> built = Runtime::Builder()
                                                       .Add(std::make_unique<Loud>("a", log))
                                                       .Add(std::make_unique<Loud>("b", log))
                                                       .Build();
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_THAT(log, ElementsAre("a register", "a start", "b register", "b start"));
  log.clear();
  built->reset();
  EXPECT_THAT(log, ElementsAre("b stop", "a stop", "b destroyed", "a destroyed"));
}

TEST_F(PluginTest, K8_APluginThatFailsStopsThoseBefore) {
  absl::StatusOr<std::unique_ptr<Runtime>> built =
      Runtime::Builder()
          .Add(std::make_unique<Loud>("a", log))
          .Add(std::make_unique<Loud>("b", log, "start"))
          .Add(std::make_unique<Loud>("c", log))
          .Build();
  EXPECT_EQ(built.status().message(), "start plugin b: not today");
  EXPECT_THAT(log, ElementsAre("a register", "a start", "b register", "b start", "b destroyed",
                               "a stop", "a destroyed", "c destroyed"));
}

TEST_F(PluginTest, LimitsThatLetNothingRunAreRefused) {
  Build();
  for (const KindOptions& options :
       {KindOptions{.max_concurrency = 0}, KindOptions{.max_queue = -1}}) {
    absl::Status status =
        runtime->AddPlugin(std::make_unique<TestPlugin>("a", [options](Registrar& registrar) {
          registrar.OnPool<One>([](const One&, TaskContext&) -> absl::StatusOr<int> { return 1; },
                                options);
          return absl::OkStatus();
        }));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("a.one"));
  }
}

TEST_F(PluginTest, BadBuildsAreRefused) {
  for (const int threads : {0, -1, 10000}) {
    absl::StatusOr<std::unique_ptr<Runtime>> built = Runtime::Builder().Threads(threads).Build();
    EXPECT_EQ(built.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(built.status().message(),
                AllOf(StartsWith("build a runtime: "), HasSubstr(absl::StrCat(threads))));
  }
  EXPECT_EQ(Runtime::Builder().Tick(absl::ZeroDuration()).Build().status().code(),
            absl::StatusCode::kInvalidArgument);
}

// A plugin that says what it needs.
class Needy final : public Plugin {
 public:
  PluginInfo info() const override {
    return {.name = "needy", .summary = "for tests", .depends_on = {"test"}};
  }
  absl::Status Register(Registrar&) override { return absl::OkStatus(); }
  std::vector<std::string> Dump() const override { return {"one thing", "another"}; }
};

TEST_F(PluginTest, WhatAPluginNeedsMustBeThere) {
  EXPECT_EQ(Runtime::Builder().Add(std::make_unique<Needy>()).Build().status().code(),
            absl::StatusCode::kNotFound);
  Build();
  EXPECT_TRUE(runtime->AddPlugin(std::make_unique<Needy>()).ok());
}

TEST_F(PluginTest, WhatPluginsHoldCanBeListed) {
  Build();
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Needy>()).ok());
  EXPECT_THAT(runtime->DumpPlugins(),
              ElementsAre("plugin needy: one thing", "plugin needy: another"));
}

// Throws where it is not asked for anything that could fail.
class Touchy final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "touchy", .summary = "for tests"}; }
  absl::Status Register(Registrar&) override { return absl::OkStatus(); }
  void Stop() override { throw 7; }
  std::vector<std::string> Dump() const override { throw std::runtime_error("not now"); }
};

TEST_F(PluginTest, K11_ADumpThatThrowsIsALineOfIts) {
  Build();
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Touchy>()).ok());
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Needy>()).ok());
  EXPECT_THAT(runtime->DumpPlugins(),
              ElementsAre("plugin touchy: exception: not now", "plugin needy: one thing",
                          "plugin needy: another"));
}

TEST_F(PluginTest, K11_AStopThatThrowsStopsTheOthersAllTheSame) {
  std::vector<std::string> log;
  Build();
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Loud>("a", log)).ok());
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Touchy>()).ok());
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Loud>("b", log)).ok());
  log.clear();
  runtime.reset();
  EXPECT_THAT(log, ElementsAre("b stop", "a stop", "b destroyed", "a destroyed"));
}

TEST_F(PluginTest, APluginItselfIsNamedInSnakeCase) {
  Build();
  std::vector<std::string> log;
  for (const char* name : {"", "A", "aB", "1a", "_a", "a.b", "a b", "a-b"}) {
    const absl::Status status = runtime->AddPlugin(std::make_unique<Loud>(name, log));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("lower_snake_case")) << name;
  }
  EXPECT_TRUE(runtime->AddPlugin(std::make_unique<Loud>("a_1", log)).ok());
  runtime.reset();  // Before the log.
}

// Its body has something that refers to the plugin.
class Bodied final : public Plugin {
 public:
  explicit Bodied(std::vector<std::string>& log) : log_(log) {}
  ~Bodied() override { log_.push_back("plugin"); }

  PluginInfo info() const override { return {.name = "a", .summary = "for tests"}; }
  absl::Status Register(Registrar& registrar) override {
    auto part = std::shared_ptr<int>(new int(1), [this](const int* value) {
      log_.push_back("body");
      delete value;
    });
    registrar.OnPool<One>(
        [part](const One&, TaskContext&) -> absl::StatusOr<int> { return *part; });
    return absl::OkStatus();
  }

 private:
  std::vector<std::string>& log_;
};

TEST_F(PluginTest, BodiesGoBeforeThePluginThatTheyReferTo) {
  std::vector<std::string> log;
  Build();
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Bodied>(log)).ok());
  ASSERT_TRUE(runtime->UnloadPlugin("a").ok());
  EXPECT_THAT(log, ElementsAre("body", "plugin"));
  log.clear();
  ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Bodied>(log)).ok());
  runtime.reset();
  EXPECT_THAT(log, ElementsAre("body", "plugin"));
}

// Keeps what it should complete, and lets go of it late.
class Keeping final : public Plugin {
 public:
  explicit Keeping(bool until_stop) : until_stop_(until_stop) {}

  PluginInfo info() const override { return {.name = "a", .summary = "for tests"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnLoop<One>([this](One, Completion<int> done) { kept_ = std::move(done); });
    return absl::OkStatus();
  }
  void Stop() override {
    if (until_stop_) kept_.reset();
  }

 private:
  const bool until_stop_;
  std::optional<Completion<int>> kept_;
};

// What breaks here only AddressSanitizer sees.
TEST_F(PluginTest, CompletionsMayOutliveTheirKinds) {
  for (const bool until_stop : {true, false}) {
    Build();
    ASSERT_TRUE(runtime->AddPlugin(std::make_unique<Keeping>(until_stop)).ok());
    bool told = false;
    runtime->Submit(One{}, [&told](absl::StatusOr<int>) { told = true; });
    ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    runtime.reset();
    EXPECT_FALSE(told) << "by a runtime that is being destroyed";
  }
}

}  // namespace
}  // namespace rondo
