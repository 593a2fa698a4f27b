// What the tests of the runtime build on.
#ifndef RONDO_TESTS_RUNTIME_FIXTURE_H_
#define RONDO_TESTS_RUNTIME_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "poller/manual_poller.h"
#include "pool/manual_pool.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "tests/process_state.h"
#include "timers/clock.h"

namespace rondo {

// A plugin made of a function that registers kinds.
class TestPlugin final : public Plugin {
 public:
  using RegisterFunction = absl::AnyInvocable<absl::Status(Registrar&)>;

  TestPlugin(std::string name, RegisterFunction f)
      : name_(std::move(name)), register_(std::move(f)) {}

  PluginInfo info() const override { return {.name = name_, .summary = "for tests"}; }
  absl::Status Register(Registrar& registrar) override { return register_(registrar); }

 private:
  std::string name_;
  RegisterFunction register_;
};

// A runtime on real threads, descriptors and time. Fails when it leaves something pending, or a
// descriptor or a thread behind.
class RealRuntime : public testing::TestWithParam<int> {
 protected:
  // Parameterised tests run with that many workers.
  void Build(TestPlugin::RegisterFunction f, int threads) {
    Runtime::Builder builder;
    builder.Threads(threads).Add(std::make_unique<TestPlugin>("test", std::move(f)));
    absl::StatusOr<std::unique_ptr<Runtime>> built = builder.Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime = *std::move(built);
  }
  void Build(TestPlugin::RegisterFunction f) { Build(std::move(f), GetParam()); }

  void TearDown() override {
    if (runtime != nullptr) {
      for (const ActiveItem& item : runtime->DumpActive()) {
        ADD_FAILURE() << "left pending: " << item.what;
      }
    }
    runtime.reset();
    leaks_.Check();
  }

  std::unique_ptr<Runtime> runtime;

 private:
  const LeakCheck leaks_;
};

// A runtime whose clock jumps over every wait, whose fds are ready when the test says so, and
// whose pool runs a task when the test asks: everything happens in one known order.
class SimulatedRuntime : public testing::Test {
 public:
  void Build(
      TestPlugin::RegisterFunction f = [](Registrar&) { return absl::OkStatus(); },
      absl::Duration tick = absl::Milliseconds(1)) {
    auto own_clock = std::make_unique<ManualClock>(absl::ToInt64Nanoseconds(absl::Hours(1)));
    auto own_poller = std::make_unique<ManualPoller>([this](int64_t timeout_nanos) {
      waits.push_back(timeout_nanos);
      if (timeout_nanos > 0) clock->Advance(absl::Nanoseconds(timeout_nanos));
      if (timeout_nanos < 0 && !pool->RunOne()) {
        ADD_FAILURE() << "the loop waits for ever";
        runtime->Stop();
      }
    });
    auto own_pool = std::make_unique<ManualPool>();
    clock = own_clock.get();
    poller = own_poller.get();
    pool = own_pool.get();
    absl::StatusOr<std::unique_ptr<Runtime>> built =
        Runtime::Builder()
            .Use(std::move(own_clock))
            .Use(std::move(own_poller))
            .Use(std::move(own_pool))
            .Tick(tick)
            .Add(std::make_unique<TestPlugin>("test", std::move(f)))
            .Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime = *std::move(built);
  }

  // Debug builds die, naming them, when timers or watches outlive the runtime.
  void TearDown() override { runtime.reset(); }

  void Log(absl::string_view what) { log.emplace_back(what); }
  absl::Duration Now() const { return absl::Nanoseconds(clock->NowNanos()) - absl::Hours(1); }

  ManualClock* clock = nullptr;
  ManualPoller* poller = nullptr;
  ManualPool* pool = nullptr;
  std::vector<int64_t> waits;  // The timeouts with which the loop has waited.
  std::vector<std::string> log;
  std::unique_ptr<Runtime> runtime;
};

}  // namespace rondo

#endif  // RONDO_TESTS_RUNTIME_FIXTURE_H_
