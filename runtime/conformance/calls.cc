#include "runtime/conformance/calls.h"

#include <algorithm>

#include "absl/log/log.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/call.h"

namespace rondo::conformance {
namespace {

// Far more than a task that ends needs, also on a machine that has other work.
constexpr absl::Duration kPatience = absl::Seconds(60);

}  // namespace

Calls::Calls(Runtime& runtime) : runtime_(runtime), older_(runtime.resources().Ids()) {}

Calls::~Calls() { Finish(); }

Told& Calls::Start(absl::string_view kind, const nlohmann::json& request,
                   const SubmitOptions& options) {
  Told& told = told_.emplace_back();
  TaskHandle handle = runtime_.Call(
      kind, request,
      [&told](const absl::StatusOr<nlohmann::json>& outcome) {
        ++told.times;
        told.status = outcome.status();
      },
      options);
  EXPECT_EQ(told.times, 0) << "told from within Call";
  told.handle = std::move(handle);
  return told;
}

void Calls::CancelAll() {
  for (Told& told : told_) told.handle.Cancel();
}

void Calls::RunUntil(absl::FunctionRef<bool()> done, absl::string_view what) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!done()) {
    if (absl::Now() > deadline) {
      for (const ActiveItem& item : runtime_.DumpActive()) ADD_FAILURE() << "left: " << item.what;
      // Its callers refer to what is about to go.
      LOG(QFATAL) << what << " after " << absl::FormatDuration(kPatience);
    }
    const absl::Status status = runtime_.RunOnce(absl::Milliseconds(10));
    // One may have closed another.
    EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
  }
}

void Calls::Finish() {
  RunUntil(
      [this] {
        return std::all_of(told_.begin(), told_.end(),
                           [](const Told& told) { return told.times > 0; });
      },
      "callers are not told");
  for (const Told& told : told_) EXPECT_EQ(told.times, 1) << "the last with " << told.status;
  CloseResults();
}

// What was returned alive is not needed any more.
void Calls::CloseResults() {
  ResourceTable& table = runtime_.resources();
  for (const std::string& id : table.Ids()) {
    if (std::find(older_.begin(), older_.end(), id) != older_.end()) continue;
    const absl::Status status = table.Close(id);
    EXPECT_TRUE(status.ok()) << status;
  }
}

void Calls::FinishAll(absl::string_view kind) {
  Finish();
  RunUntil([&] { return !IsBusy(runtime_, kind); },
           absl::StrCat("tasks of ", kind, " do not end though they were cancelled"));
  for (const Told& told : told_) EXPECT_EQ(told.times, 1) << "the last with " << told.status;
}

bool IsBusy(const Runtime& runtime, absl::string_view kind) {
  for (const RuntimeStats::OfKind& of_kind : runtime.Stats().kinds) {
    if (of_kind.name == kind) return of_kind.stats.in_flight + of_kind.stats.waiting > 0;
  }
  return false;
}

}  // namespace rondo::conformance
