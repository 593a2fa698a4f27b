#include "runtime/main.h"

#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/standard.h"

namespace rondo {
namespace {

constexpr absl::Duration kShutdownTimeout = absl::Seconds(5);

int Fail(const absl::Status& status) {
  std::cerr << status.message() << "\n";
  return 1;
}

Task<void> RunMain(absl::AnyInvocable<Task<int>(Runtime&)>& main_task, Runtime& runtime,
                   std::optional<int>& result) {
  result = co_await main_task(runtime);
  runtime.Stop();
}

}  // namespace

int Main(absl::AnyInvocable<Task<int>(Runtime&)> main_task) {
  Runtime::Builder builder;
  AddStandardPlugins(builder);
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = builder.Build();
  if (!runtime.ok()) return Fail(runtime.status());
  std::optional<int> result;
  (*runtime)->Spawn(RunMain(main_task, **runtime, result), "main");
  const absl::Status status = (*runtime)->Run();
  for (const ActiveItem& left : (*runtime)->Shutdown(kShutdownTimeout)) {
    std::cerr << "left unfinished: " << left.what << "\n";
  }
  if (!status.ok()) return Fail(status);
  return result.value_or(1);
}

}  // namespace rondo
