// Runs what the README shows of plugins.
#include "tests/docs/readme_plugin.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "plugins/fs/fs_plugin.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/docs/readme_use.h"

namespace rondo {
namespace {

std::unique_ptr<Runtime> MakeRuntime() {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = Runtime::Builder()
                                                         .Add(std::make_unique<fs::FsPlugin>())
                                                         .Add(std::make_unique<text::TextPlugin>())
                                                         .Build();
  return *std::move(runtime);
}

TEST(Readme, TheKindCanBeCalledBack) {
  std::unique_ptr<Runtime> runtime = MakeRuntime();
  absl::StatusOr<std::string> sorted;
  runtime->Submit(text::SortLines{"theme\nepisode"},
                  [&](absl::StatusOr<std::string> result) { sorted = std::move(result); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(*sorted, "episode\ntheme");
}

TEST(Readme, TheKindCanBeAwaited) {
  std::unique_ptr<Runtime> runtime = MakeRuntime();
  const std::string path = testing::TempDir() + "/lines.txt";
  absl::Status status = absl::UnknownError("not run");
  absl::StatusOr<std::string> text;
  auto run = [&]() -> Task<void> {
    status = co_await runtime->Submit(fs::WriteFile{.path = path, .data = "c\na\nb"});
    if (status.ok()) status = co_await SortFile(*runtime, path);
    text = co_await runtime->Submit(fs::ReadFile{.path = path});
  };
  runtime->Spawn(run());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(*text, "a\nb\nc");
}

}  // namespace
}  // namespace rondo
