#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/log/globals.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/plugin_library.h"
#include "runtime/resource.h"
#include "runtime/runtime.h"
#include "tests/process_state.h"
#include "tests/runtime/loading/sample.h"

namespace rondo {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSample[] = "tests/runtime/loading/sample.so";
constexpr char kOther[] = "tests/runtime/loading/other.so";

class LoadPluginTest : public testing::Test {
 protected:
  void SetUp() override {
    sample::conduct = {.libraries_mapped = sample::conduct.libraries_mapped};
    absl::StatusOr<std::unique_ptr<Runtime>> built = Runtime::Builder().Threads(2).Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime_ = *std::move(built);
  }
  void TearDown() override {
    sample::conduct.throws_in = sample::conduct.fails_in = sample::Step::kNone;
    runtime_ = nullptr;
    leaks_.Check();
    EXPECT_EQ(sample::conduct.alive, 0);
  }

  absl::StatusOr<std::string> Reverse(std::string text) {
    absl::StatusOr<std::string> result = absl::UnknownError("not called");
    runtime_->Submit(sample::Reverse{.text = std::move(text)},
                     [&](absl::StatusOr<std::string> r) { result = std::move(r); });
    EXPECT_EQ(runtime_->Run(), absl::OkStatus());
    return result;
  }

  // Loading it fails with this message, and the runtime is as it was.
  void ExpectRefused(absl::StatusCode code, absl::string_view message) {
    const int fds = CountFds();
    const absl::Status status = runtime_->LoadPlugin(kSample).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(status.message(), absl::StrCat("load plugin \"", kSample, "\": ", message));
    EXPECT_EQ(sample::conduct.alive, 0);
    EXPECT_THAT(runtime_->Stats().kinds, IsEmpty());
    EXPECT_THAT(runtime_->PluginInfos(), IsEmpty());
    EXPECT_EQ(CountFds(), fds);
    int timers = 0;
    runtime_->loop().ForEachTimer([&](const LoopTimer&) { ++timers; });
    runtime_->loop().ForEachWatch([&](const FdWatch&) { ++timers; });
    EXPECT_EQ(timers, 0);
    // And it is as able as before.
    sample::conduct = {.libraries_mapped = sample::conduct.libraries_mapped};
    EXPECT_EQ(runtime_->LoadPlugin(kSample).status(), absl::OkStatus());
    EXPECT_EQ(*Reverse("abc"), "cba");
    EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
  }

  std::unique_ptr<Runtime> runtime_;

 private:
  const LeakCheck leaks_;
};

TEST_F(LoadPluginTest, ItsKindsAreAsGoodAsAny) {
  absl::StatusOr<PluginInfo> info = runtime_->LoadPlugin(kSample);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->name, "sample");
  EXPECT_EQ(*Reverse("abc"), "cba");
  EXPECT_THAT(runtime_->Stats().kinds, SizeIs(4));
}

TEST_F(LoadPluginTest, WhatIsNoPluginLeavesEverythingAsItWas) {
  EXPECT_EQ(runtime_->LoadPlugin("nowhere.so").status(),
            absl::NotFoundError("load plugin \"nowhere.so\": No such file or directory"));
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  EXPECT_EQ(*Reverse("abc"), "cba");
}

TEST_F(LoadPluginTest, TwoFilesWithOnePluginName) {
  const std::string copy = testing::TempDir() + "/copy.so";
  std::filesystem::copy_file(kSample, copy);
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  EXPECT_EQ(runtime_->LoadPlugin(copy).status(),
            absl::AlreadyExistsError(
                absl::StrCat("load plugin \"", copy, "\": plugin sample was added already, from \"",
                             kSample, "\"; unload that first, or give one of them another name")));
  EXPECT_EQ(*Reverse("abc"), "cba");
  std::filesystem::remove(copy);
}

TEST_F(LoadPluginTest, ANameThatIsNone) {
  sample::conduct.name = "Sample\n";
  ExpectRefused(absl::StatusCode::kInvalidArgument,
                "plugin \"Sample\\n\" is not named in lower_snake_case");
}

TEST_F(LoadPluginTest, ANameThatItsKindsDoNotBear) {
  sample::conduct.name = "simple";
  ExpectRefused(absl::StatusCode::kInvalidArgument,
                "plugin simple: kind \"sample.reverse\" is not named simple.verb_noun");
}

TEST_F(LoadPluginTest, K7_ARegisterThatFails) {
  sample::conduct.fails_in = sample::Step::kRegister;
  ExpectRefused(absl::StatusCode::kUnavailable, "register plugin sample: not today");
}

TEST_F(LoadPluginTest, K7_AStartThatFailsHalfWay) {
  sample::conduct.fails_in = sample::Step::kStart;
  ExpectRefused(absl::StatusCode::kUnavailable, "start plugin sample: not today");
}

TEST_F(LoadPluginTest, K11_AConstructorThatThrows) {
  sample::conduct.throws_in = sample::Step::kConstructor;
  ExpectRefused(absl::StatusCode::kInternal, "its constructor: exception: a mishap");
}

TEST_F(LoadPluginTest, K11_AnInfoThatThrows) {
  sample::conduct.throws_in = sample::Step::kInfo;
  ExpectRefused(absl::StatusCode::kInternal, "ask a plugin for its name: exception: a mishap");
}

TEST_F(LoadPluginTest, K11_ARegisterThatThrows) {
  sample::conduct.throws_in = sample::Step::kRegister;
  ExpectRefused(absl::StatusCode::kInternal, "register plugin sample: exception: a mishap");
}

TEST_F(LoadPluginTest, K11_AStartThatThrows) {
  sample::conduct.throws_in = sample::Step::kStart;
  ExpectRefused(absl::StatusCode::kInternal, "start plugin sample: exception: a mishap");
}

TEST_F(LoadPluginTest, K11_AStopThatThrows) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  sample::conduct.throws_in = sample::Step::kStop;
  EXPECT_EQ(runtime_->UnloadPlugin("sample"),
            absl::InternalError("stop plugin sample: exception: a mishap"));
  EXPECT_THAT(runtime_->PluginInfos(), IsEmpty()) << "it is gone all the same";
  // And when the runtime ends, which has nobody to tell.
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  runtime_ = nullptr;
}

TEST_F(LoadPluginTest, K11_AResourceThatThrowsWhenItIsClosed) {
  const auto ring = [this] {
    absl::StatusOr<nlohmann::json> bells = absl::UnknownError("not told");
    runtime_->Call("sample.ring_bells", nlohmann::json::object(),
                   [&bells](absl::StatusOr<nlohmann::json> told) { bells = std::move(told); });
    EXPECT_TRUE(runtime_->Run().ok());
    EXPECT_EQ(bells.value_or(nlohmann::json()).size(), 2) << bells.status();
  };
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  ring();
  sample::conduct.throws_in = sample::Step::kClose;
  EXPECT_EQ(runtime_->UnloadPlugin("sample"),
            absl::InternalError("close sample.bell#1: exception: a crack"));
  EXPECT_EQ(sample::conduct.bells_closed, 2) << "one that throws keeps none open";
  EXPECT_EQ(sample::conduct.stopped, 1);
  EXPECT_THAT(runtime_->PluginInfos(), IsEmpty()) << "it is gone all the same";
  // And when the runtime ends, which has nobody to tell.
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  ring();
  runtime_ = nullptr;
  EXPECT_EQ(sample::conduct.bells_closed, 4);
  EXPECT_EQ(sample::conduct.stopped, 2);
}

// Of a plugin whose name begins with the other's.
struct Stranger {
  static constexpr absl::string_view kResource = "sample_too.stranger";
};

TEST_F(LoadPluginTest, ItTakesAlongTheLiveObjectsOfNoOther) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  const std::string id = runtime_->resources().Add(MakeResource(Stranger()));
  ASSERT_TRUE(runtime_->UnloadPlugin("sample").ok());
  EXPECT_TRUE(runtime_->resources().Find(id, Stranger::kResource).ok());
}

TEST_F(LoadPluginTest, K11_ABodyThatThrows) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  EXPECT_EQ(Reverse("throw").status(), absl::InternalError("sample.reverse: exception: a mishap"));
  EXPECT_EQ(*Reverse("abc"), "cba") << "the worker lives on";
}

TEST_F(LoadPluginTest, ThereIsOneAbseil) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  testing::internal::CaptureStderr();
  absl::SetVLogLevel("sample_plugin", 1);
  absl::SetStderrThreshold(absl::LogSeverity::kInfo);
  EXPECT_EQ(*Reverse("abc"), "cba");
  absl::SetStderrThreshold(absl::LogSeverity::kError);
  absl::SetVLogLevel("sample_plugin", 0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("reversed cba"));
}

// What a plugin's library has left in lists of others still is there: this crashed the program
// when the library was not.
TEST_F(LoadPluginTest, ALibraryStaysMapped) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  EXPECT_EQ(*Reverse("abc"), "cba");
  const int mapped = sample::conduct.libraries_mapped;
  ASSERT_TRUE(runtime_->UnloadPlugin("sample").ok());
  absl::SetVLogLevel("*", 0);
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  EXPECT_EQ(sample::conduct.libraries_mapped, mapped);
  EXPECT_EQ(*Reverse("abc"), "cba");
}

TEST_F(LoadPluginTest, SeveralRuntimesHaveTheirOwn) {
  ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  {
    absl::StatusOr<std::unique_ptr<Runtime>> other = Runtime::Builder().Build();
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE((*other)->LoadPlugin(kSample).ok());
    EXPECT_EQ(sample::conduct.alive, 2);
  }
  EXPECT_EQ(sample::conduct.alive, 1);
  EXPECT_EQ(*Reverse("abc"), "cba");
}

TEST_F(LoadPluginTest, OptionsThatItDoesNotHave) {
  const absl::Status status = runtime_->LoadPlugin(kOther, {{"colour", "red"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              testing::StartsWith(absl::StrCat("load plugin \"", kOther, "\": plugin other: ")));
}

}  // namespace
}  // namespace rondo
