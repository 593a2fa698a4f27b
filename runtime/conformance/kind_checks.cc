#include "runtime/conformance/kind_checks.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/conformance/calls.h"
#include "runtime/conformance/objects.h"
#include "runtime/conformance/sample_requests.h"

namespace rondo::conformance {
namespace {

using nlohmann::json;

// Some kinds go on until somebody ends them.
constexpr absl::Duration kLongEnough = absl::Milliseconds(500);

// More at once would test the machine.
constexpr int64_t kMostToFill = 10'000;

int64_t Ran(const Runtime& runtime, absl::string_view kind) {
  for (const RuntimeStats::OfKind& of_kind : runtime.Stats().kinds) {
    if (of_kind.name == kind) return of_kind.stats.queue_time.count();
  }
  return 0;
}

void CompletesExactlyOnce(Runtime& runtime, const KindInfo& kind, const json& request) {
  constexpr int kCalls = 20;
  Calls calls(runtime);
  for (int i = 0; i < kCalls; ++i) calls.Start(kind.name, request, {.timeout = kLongEnough});
  calls.FinishAll(kind.name);
}

void CancelledBeforeItStarts(Runtime& runtime, const KindInfo& kind, const json& request) {
  Calls calls(runtime);
  Told& told = calls.Start(kind.name, request);
  told.handle.Cancel();
  calls.FinishAll(kind.name);
  EXPECT_EQ(told.status.code(), absl::StatusCode::kCancelled) << told.status;
}

void CancelledWhileItRuns(Runtime& runtime, const KindInfo& kind, const json& request) {
  constexpr int kTurns = 6;
  for (int turns = 0; turns < kTurns; ++turns) {
    Calls calls(runtime);
    Told& told = calls.Start(kind.name, request);
    for (int i = 0; i < turns; ++i) {
      EXPECT_TRUE(runtime.RunOnce(absl::Milliseconds(1)).ok());
    }
    told.handle.Cancel();
    calls.FinishAll(kind.name);
  }
}

void ExpiredDeadline(Runtime& runtime, const KindInfo& kind, const json& request) {
  const int64_t ran = Ran(runtime, kind.name);
  Calls calls(runtime);
  const Told& told = calls.Start(kind.name, request, {.timeout = -absl::Seconds(1)});
  calls.FinishAll(kind.name);
  EXPECT_EQ(told.status.code(), absl::StatusCode::kDeadlineExceeded) << told.status;
  EXPECT_EQ(Ran(runtime, kind.name), ran) << "it ran all the same";
}

// A kind's limits, and one more than they let in.
void OverTheLimit(Runtime& runtime, const KindInfo& kind, const json& request) {
  constexpr int kTooMany = 3;
  const int64_t room = kind.limits.max_concurrency + kind.limits.max_queue;
  Calls calls(runtime);
  for (int64_t i = 0; i < room + kTooMany; ++i) {
    calls.Start(kind.name, request, {.timeout = kLongEnough});
  }
  calls.FinishAll(kind.name);
  int64_t refused = 0;
  for (auto told = calls.all().begin() + room; told != calls.all().end(); ++told) {
    refused += told->status.code() == absl::StatusCode::kResourceExhausted ? 1 : 0;
  }
  EXPECT_EQ(refused, kTooMany);
}

void Malformed(Runtime& runtime, const KindInfo& kind, const json& request) {
  Calls calls(runtime);
  for (const MalformedRequest& malformed : MalformedRequests(kind, request)) {
    const Told& told = calls.Start(kind.name, malformed.request);
    calls.Finish();
    const std::string subject =
        absl::StrCat("given ", malformed.request.dump(), ": ", told.status.ToString());
    EXPECT_EQ(told.status.code(), absl::StatusCode::kInvalidArgument) << subject;
    EXPECT_TRUE(absl::StartsWith(told.status.message(), absl::StrCat(kind.name, ": "))) << subject;
    EXPECT_TRUE(absl::StrContains(told.status.message(), malformed.field)) << subject;
  }
}

void CannotBeCalled(Runtime& runtime, const KindInfo& kind, const json&) {
  Calls calls(runtime);
  const Told& told = calls.Start(kind.name, json::object());
  calls.Finish();
  EXPECT_EQ(told.status.code(), absl::StatusCode::kUnimplemented) << told.status;
}

bool CanBeFilled(const KindOptions& limits) {
  return limits.max_concurrency <= kMostToFill && limits.max_queue <= kMostToFill;
}

}  // namespace

std::vector<KindCheck> ChecksOf(const KindInfo& kind, const json& request) {
  if (!kind.can_be_called()) return {{"CannotBeCalledByName", &CannotBeCalled}};
  std::vector<KindCheck> checks = {{"RefusesMalformedRequests", &Malformed}};
  if (LacksObject(*kind.request, request)) return checks;
  checks.insert(checks.end(), {{"CompletesExactlyOnce", &CompletesExactlyOnce},
                               {"CancelledBeforeItStarts", &CancelledBeforeItStarts},
                               {"CancelledWhileItRuns", &CancelledWhileItRuns},
                               {"ExpiredDeadline", &ExpiredDeadline}});
  if (CanBeFilled(kind.limits)) checks.push_back({"OverTheLimit", &OverTheLimit});
  return checks;
}

}  // namespace rondo::conformance
