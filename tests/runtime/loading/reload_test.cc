#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/process_state.h"
#include "tests/runtime/fixture.h"
#include "tests/runtime/loading/sample.h"

namespace rondo {
namespace {

constexpr int kRounds = 1000;
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
// Which keep freed memory for a while.
constexpr bool kMeasuresMemory = false;
#else
constexpr bool kMeasuresMemory = true;
#endif

// The load that has nothing to do with the plugin.
struct Other {
  static constexpr absl::string_view kKind = "test.other";
  using Result = int;
};

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

struct Counts {
  int64_t submitted = 0;
  int64_t ok = 0;
  int64_t cancelled = 0;
  int64_t others = 0;
};

// Submits some tasks of the plugin's kinds, which may end as they like, but each once.
void SubmitSome(Runtime& runtime, Counts& counts, int count) {
  const auto told = [&counts](const absl::Status& status) {
    if (status.ok()) ++counts.ok;
    if (absl::IsCancelled(status)) ++counts.cancelled;
  };
  for (int i = 0; i < count; ++i) {
    runtime.Submit(sample::Reverse{.text = "abc"},
                   [told](absl::StatusOr<std::string> result) { told(result.status()); });
    runtime.Submit(sample::Hold{}, told);
    runtime.Submit(sample::Doze{}, told);
    counts.submitted += 3;
  }
}

// Keeps the pool busy as long as the rounds go on.
void KeepBusy(Runtime& runtime, Counts& counts, const bool& done) {
  runtime.Submit(Other{}, [&](absl::StatusOr<int> result) {
    ASSERT_TRUE(result.ok()) << result.status();
    ++counts.others;
    if (!done) KeepBusy(runtime, counts, done);
  });
}

Task<void> Reload(Runtime& runtime, Counts& counts, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const absl::StatusOr<PluginInfo> info = runtime.LoadPlugin("tests/runtime/loading/sample.so");
    EXPECT_TRUE(info.ok()) << info.status();
    SubmitSome(runtime, counts, 10);
    // Some run by now, some wait for a worker, some for their turn, some for an hour to pass.
    const absl::Status status = co_await runtime.DrainPlugin("sample", {.cancel_tasks = true});
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(Reload, K10_AThousandTimesUnderLoadLosesNoTaskAndNoMemory) {
  const LeakCheck leaks;
  auto built = Runtime::Builder()
                   .Threads(2)
                   .Add(std::make_unique<TestPlugin>(
                       "test",
                       [](Registrar& registrar) {
                         registrar.OnPool<Other>(
                             [](const Other&, TaskContext&) -> absl::StatusOr<int> { return 1; });
                         return absl::OkStatus();
                       }))
                   .Build();
  ASSERT_TRUE(built.ok()) << built.status();
  Runtime& runtime = **built;
  Counts counts;
  bool done = false;
  int64_t warm_bytes = 0;
  const auto main = [](Runtime& runtime, Counts& counts, bool& done,
                       int64_t& warm_bytes) -> Task<void> {
    co_await Reload(runtime, counts, kRounds / 5);
    warm_bytes = ResidentBytes();
    co_await Reload(runtime, counts, kRounds);
    done = true;
  };
  for (int i = 0; i < 4; ++i) KeepBusy(runtime, counts, done);
  runtime.Spawn(main(runtime, counts, done, warm_bytes), "reload");
  ASSERT_EQ(runtime.Run(), absl::OkStatus());
  const int64_t grown_bytes = ResidentBytes() - warm_bytes;
  EXPECT_EQ(counts.submitted, (kRounds + kRounds / 5) * 30);
  EXPECT_EQ(counts.ok + counts.cancelled, counts.submitted);
  EXPECT_GT(counts.others, kRounds);
  EXPECT_EQ(sample::conduct.libraries_mapped, 1);
  EXPECT_EQ(sample::conduct.alive, 0);
  RecordProperty("grown_bytes", std::to_string(grown_bytes));
  if (kMeasuresMemory) {
    EXPECT_LT(grown_bytes, 256 << 10) << "of " << warm_bytes;
  }
  built->reset();
  leaks.Check();
}

}  // namespace
}  // namespace rondo
