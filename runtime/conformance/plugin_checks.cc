#include "runtime/conformance/plugin_checks.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/conformance/calls.h"
#include "runtime/conformance/footprint.h"
#include "runtime/conformance/objects.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::conformance {
namespace {

// By the name of the kind, a request for every kind that can be called.
std::map<std::string, nlohmann::json> RequestsOf(const Subject& subject, Runtime& runtime,
                                                 const std::vector<KindInfo>& kinds) {
  std::map<std::string, nlohmann::json> requests;
  for (const KindInfo& kind : kinds) {
    if (kind.can_be_called()) requests[kind.name] = WithObjects(runtime, subject.RequestOf(kind));
  }
  return requests;
}

bool AnyBusy(const Runtime& runtime, const std::vector<KindInfo>& kinds) {
  for (const KindInfo& kind : kinds) {
    if (IsBusy(runtime, kind.name)) return true;
  }
  return false;
}

Task<void> Drain(Runtime& runtime, std::string name, absl::Status& status, bool& done) {
  status = co_await runtime.DrainPlugin(std::move(name), {.cancel_tasks = true});
  done = true;
}

// Unloads the plugin while `calls` are on their way.
void UnloadUnder(Runtime& runtime, const std::string& name, const std::vector<KindInfo>& kinds,
                 Calls& calls) {
  if (AnyBusy(runtime, kinds)) {
    const absl::Status refused = runtime.UnloadPlugin(name);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
    EXPECT_TRUE(absl::StrContains(refused.message(), name + ".")) << refused << " names no task";
  }
  absl::Status status;
  bool done = false;
  runtime.Spawn(Drain(runtime, name, status, done), "drain");
  while (!done) {
    ASSERT_TRUE(runtime.RunOnce(absl::Seconds(1)).ok());
    // What a call has returned alive must not be what the plugin waits for.
    const absl::Status closed = runtime.resources().CloseAll();
    EXPECT_TRUE(closed.ok()) << closed;
  }
  EXPECT_TRUE(status.ok()) << status;
  calls.Finish();
  const Told& told = calls.Start(kinds[0].name, nlohmann::json::object());
  calls.Finish();
  EXPECT_EQ(told.status.code(), absl::StatusCode::kNotFound) << told.status;
}

// Calls a kind, some to the end and some that are cancelled, and waits until nothing is left.
void Use(Runtime& runtime, const KindInfo& kind, const nlohmann::json& request) {
  Calls calls(runtime);
  for (int i = 0; i < 2; ++i) calls.Start(kind.name, request);
  calls.CancelAll();
  calls.Start(kind.name, request, {.timeout = absl::Milliseconds(10)});
  calls.FinishAll(kind.name);
}

// What is held when tasks of other kinds that the plugin itself has started have had their time to
// end: no more than `expected`, or what is left after a while.
Footprint SettledFootprint(Runtime& runtime, const Footprint& expected) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  for (;;) {
    const Footprint now = MeasureFootprint();
    const bool is_more = now.descriptors > expected.descriptors || now.threads > expected.threads;
    if (!is_more || absl::Now() > deadline) return now;
    const absl::Status status = runtime.RunOnce(absl::Milliseconds(10));
    EXPECT_TRUE(status.ok()) << status;
  }
}

}  // namespace

void CheckUnloadUnderLoad(const Subject& subject) {
  constexpr int kTimes = 5;
  constexpr int kTasks = 5;  // Of each kind.
  const absl::StatusOr<std::vector<KindInfo>> kinds = subject.Kinds();
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  ASSERT_FALSE(kinds->empty());
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = subject.MakeRuntime();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  const std::string name = kinds->front().plugin;
  for (int i = 0; i < kTimes; ++i) {
    const std::map<std::string, nlohmann::json> requests = RequestsOf(subject, **runtime, *kinds);
    Calls calls(**runtime);
    for (const auto& [kind, request] : requests) {
      for (int n = 0; n < kTasks; ++n) {
        calls.Start(kind, request, {.timeout = absl::Milliseconds(200)});
      }
    }
    UnloadUnder(**runtime, name, *kinds, calls);
    const absl::StatusOr<std::string> loaded = subject.Load(**runtime);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
  }
}

void CheckLeaks(const Subject& subject, const KindInfo& kind) {
  // What leaks grows all the time, what is kept for later only until there is enough of it. So
  // memory is left if it has grown within each of these windows, by a little in each round.
  constexpr int kWindows = 8;
  constexpr int kRounds = 30;
  constexpr int64_t kBytesOfARound = 16;
  const Footprint outside = MeasureFootprint();
  {
    absl::StatusOr<std::unique_ptr<Runtime>> runtime = subject.MakeRuntime();
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    const nlohmann::json request = WithObjects(**runtime, subject.RequestOf(kind));
    Use(**runtime, kind, request);
    int64_t least_growth = std::numeric_limits<int64_t>::max();
    const Footprint first = MeasureFootprint();
    for (int window = 0; window < kWindows; ++window) {
      const Footprint before = MeasureFootprint();
      for (int i = 0; i < kRounds; ++i) Use(**runtime, kind, request);
      least_growth = std::min(least_growth, MeasureFootprint().heap_bytes - before.heap_bytes);
    }
    const Footprint last = SettledFootprint(**runtime, first);
    EXPECT_LE(last.descriptors, first.descriptors) << "descriptors are left";
    EXPECT_LE(last.threads, first.threads) << "threads are left";
    EXPECT_LT(least_growth, kRounds * kBytesOfARound) << "memory is left";
  }
  const Footprint after = MeasureFootprint();
  EXPECT_EQ(after.descriptors, outside.descriptors) << "left by a runtime that is gone";
  EXPECT_EQ(after.threads, outside.threads) << "left by a runtime that is gone";
}

}  // namespace rondo::conformance
