#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/with_timeout.h"
#include "tests/process_state.h"
#include "tests/runtime/fixture.h"
#include "tests/runtime/loading/sample.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSample[] = "tests/runtime/loading/sample.so";

// One that lets the test's Hold tasks go on, at the latest when it ends.
struct Gate {
  ~Gate() { Open(); }
  void Open() {
    if (!go_on.HasBeenNotified()) go_on.Notify();
  }
  absl::Notification began;
  absl::Notification go_on;
};

class UnloadPluginTest : public testing::Test {
 protected:
  void SetUp() override {
    sample::conduct = {.libraries_mapped = sample::conduct.libraries_mapped};
    absl::StatusOr<std::unique_ptr<Runtime>> built = Runtime::Builder().Threads(2).Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime_ = *std::move(built);
    ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
  }
  void TearDown() override {
    runtime_ = nullptr;
    leaks_.Check();
    EXPECT_EQ(sample::conduct.alive, 0);
  }

  TaskHandle Hold(Gate& gate, absl::Notification* began = nullptr) {
    return runtime_->Submit(sample::Hold{.began = began, .go_on = &gate.go_on},
                            [this](absl::Status status) { results_.push_back(status); });
  }

  // Drains in a coroutine of its own; `drained_` is what came of it.
  void Drain(DrainOptions options = {}, absl::Duration timeout = absl::InfiniteDuration()) {
    const auto drain = [](UnloadPluginTest& test, DrainOptions options,
                          absl::Duration timeout) -> Task<void> {
      if (timeout == absl::InfiniteDuration()) {
        test.drained_.push_back(co_await test.runtime_->DrainPlugin("sample", options));
      } else {
        test.drained_.push_back(
            co_await WithTimeout(test.runtime_->DrainPlugin("sample", options), timeout));
      }
    };
    runtime_->Spawn(drain(*this, options, timeout), "drain");
  }

  absl::Status Reverse() {
    absl::Status result = absl::UnknownError("not called");
    bool told = false;
    runtime_->Submit(sample::Reverse{.text = "abc"}, [&](absl::StatusOr<std::string> r) {
      result = r.status();
      told = true;
    });
    while (!told) EXPECT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
    return result;
  }

  std::unique_ptr<Runtime> runtime_;
  std::vector<absl::Status> results_;
  std::vector<absl::Status> drained_;

 private:
  const LeakCheck leaks_;
};

TEST_F(UnloadPluginTest, TakesTheKindsOut) {
  EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
  EXPECT_EQ(sample::conduct.alive, 0);
  EXPECT_EQ(sample::conduct.stopped, 1);
  EXPECT_THAT(runtime_->Stats().kinds, IsEmpty());
  EXPECT_EQ(Reverse().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(runtime_->UnloadPlugin("sample").code(), absl::StatusCode::kNotFound);
}

TEST_F(UnloadPluginTest, ANameThatNoPluginHas) {
  EXPECT_EQ(runtime_->UnloadPlugin("sampel"),
            absl::NotFoundError(
                "unload plugin sampel: there is none of that name; did you mean sample?"));
}

TEST_F(UnloadPluginTest, LinkedPluginsToo) {
  ASSERT_TRUE(runtime_
                  ->AddPlugin(std::make_unique<TestPlugin>(
                      "test", [](Registrar&) { return absl::OkStatus(); }))
                  .ok());
  EXPECT_EQ(runtime_->UnloadPlugin("test"), absl::OkStatus());
  EXPECT_THAT(runtime_->PluginInfos(), SizeIs(1));
}

// Depends on the sample.
class Dependent final : public Plugin {
 public:
  PluginInfo info() const override {
    return {.name = "dependent", .summary = "", .depends_on = {"sample"}};
  }
  absl::Status Register(Registrar&) override { return absl::OkStatus(); }
};

TEST_F(UnloadPluginTest, NotWhileAnotherNeedsIt) {
  ASSERT_TRUE(runtime_->AddPlugin(std::make_unique<Dependent>()).ok());
  EXPECT_EQ(runtime_->UnloadPlugin("sample"),
            absl::FailedPreconditionError("unload plugin sample: plugins that need it are there: "
                                          "dependent; unload them first"));
  EXPECT_EQ(runtime_->UnloadPlugin("dependent"), absl::OkStatus());
  EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
}

TEST_F(UnloadPluginTest, NobodyBeginsToNeedWhatIsDrained) {
  Gate gate;
  Hold(gate, &gate.began);
  Drain();
  ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_EQ(runtime_->AddPlugin(std::make_unique<Dependent>()).code(), absl::StatusCode::kNotFound);
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(drained_, ElementsAre(absl::OkStatus()));
}

TEST_F(UnloadPluginTest, K10_UnfinishedTasksAreListed) {
  Gate gate;
  Hold(gate, &gate.began);
  Hold(gate);  // Waits behind the other.
  runtime_->Submit(sample::Reverse{.text = "abc"}, [](absl::StatusOr<std::string>) {});
  EXPECT_EQ(runtime_->UnloadPlugin("sample"),
            absl::FailedPreconditionError(
                "unload plugin sample: unfinished tasks: 2 x sample.hold, 1 x sample.reverse; wait "
                "for them, or drain the plugin"));
  EXPECT_EQ(sample::conduct.stopped, 0);
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(results_, ElementsAre(absl::OkStatus(), absl::OkStatus()));
  EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
}

TEST_F(UnloadPluginTest, K10_ABodyThatRunsOnAfterItsCallerWasToldIsUnfinished) {
  Gate gate;
  TaskHandle handle = Hold(gate, &gate.began);
  gate.began.WaitForNotification();
  handle.Cancel();
  while (results_.empty()) ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_EQ(results_[0].code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string(runtime_->UnloadPlugin("sample").message()),
              StartsWith("unload plugin sample: unfinished tasks: 1 x sample.hold;"));
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
}

TEST_F(UnloadPluginTest, FromTheCallbackOfTheLastTask) {
  std::vector<absl::Status> unloaded;
  runtime_->Submit(sample::Reverse{.text = "abc"}, [&](absl::StatusOr<std::string>) {
    unloaded.push_back(runtime_->UnloadPlugin("sample"));
    // Looks at all tasks once more, the one that is just told among them.
    unloaded.push_back(runtime_->UnloadPlugin("sample"));
    ASSERT_TRUE(runtime_->LoadPlugin(kSample).ok());
    unloaded.push_back(runtime_->UnloadPlugin("sample"));
  });
  ASSERT_TRUE(runtime_->Run().ok());
  ASSERT_THAT(unloaded, SizeIs(3));
  EXPECT_EQ(unloaded[0], absl::OkStatus());
  EXPECT_EQ(unloaded[1].code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(unloaded[2], absl::OkStatus());
}

TEST_F(UnloadPluginTest, FromTheCoroutineThatAwaitedTheLastTask) {
  absl::Status unloaded = absl::UnknownError("not called");
  const auto main = [](Runtime& runtime, absl::Status& unloaded) -> Task<void> {
    EXPECT_EQ(*co_await runtime.Submit(sample::Reverse{.text = "abc"}), "cba");
    unloaded = runtime.UnloadPlugin("sample");
  };
  runtime_->Spawn(main(*runtime_, unloaded));
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_EQ(unloaded, absl::OkStatus());
}

TEST_F(UnloadPluginTest, K10_ADrainWaitsForThem) {
  Gate gate;
  Hold(gate, &gate.began);
  Hold(gate);
  Drain();
  ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_THAT(drained_, IsEmpty());
  EXPECT_EQ(sample::conduct.stopped, 0);
  EXPECT_EQ(Reverse(),
            absl::FailedPreconditionError("kind sample.reverse: plugin sample is being unloaded"));
  EXPECT_EQ(runtime_->UnloadPlugin("sample"),
            absl::FailedPreconditionError("unload plugin sample: it is being drained already"));
  EXPECT_EQ(runtime_->LoadPlugin(kSample).status().code(), absl::StatusCode::kAlreadyExists);
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(results_, ElementsAre(absl::OkStatus(), absl::OkStatus()));
  EXPECT_THAT(drained_, ElementsAre(absl::OkStatus()));
  EXPECT_EQ(sample::conduct.alive, 0);
  EXPECT_EQ(Reverse().code(), absl::StatusCode::kNotFound);
}

TEST_F(UnloadPluginTest, K10_ADrainThatCancelsThem) {
  Gate gate;
  Hold(gate, &gate.began);
  Hold(gate);
  runtime_->Submit(sample::Doze{}, [this](absl::Status status) { results_.push_back(status); });
  gate.began.WaitForNotification();
  Drain({.cancel_tasks = true});
  while (results_.size() < 3) ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  for (const absl::Status& result : results_) {
    EXPECT_EQ(result, absl::CancelledError("plugin sample is unloaded"));
  }
  EXPECT_THAT(drained_, IsEmpty()) << "a body still runs";
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(drained_, ElementsAre(absl::OkStatus()));
}

TEST_F(UnloadPluginTest, ADrainOfAPluginWithoutTasksIsDoneAtOnce) {
  Drain();
  Drain();
  ASSERT_TRUE(runtime_->Run().ok());
  ASSERT_THAT(drained_, SizeIs(2));
  EXPECT_EQ(drained_[0], absl::OkStatus());
  EXPECT_EQ(drained_[1].code(), absl::StatusCode::kNotFound);
}

TEST_F(UnloadPluginTest, ADrainThatIsCancelledGivesThePluginBack) {
  Gate gate;
  Hold(gate, &gate.began);
  Drain({}, absl::Milliseconds(1));
  while (drained_.empty()) ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_EQ(drained_[0].code(), absl::StatusCode::kDeadlineExceeded) << drained_[0];
  EXPECT_EQ(Reverse(), absl::OkStatus());
  gate.Open();
  ASSERT_TRUE(runtime_->Run().ok());
  EXPECT_EQ(sample::conduct.stopped, 0);
  EXPECT_EQ(runtime_->UnloadPlugin("sample"), absl::OkStatus());
}

TEST_F(UnloadPluginTest, ARuntimeThatEndsWhileItDrains) {
  Gate gate;
  Hold(gate, &gate.began);
  gate.began.WaitForNotification();
  Drain();
  ASSERT_TRUE(runtime_->RunOnce(absl::InfiniteDuration()).ok());
  gate.Open();
  runtime_ = nullptr;
  EXPECT_THAT(drained_, IsEmpty());
  EXPECT_EQ(sample::conduct.stopped, 1);
}

}  // namespace
}  // namespace rondo
