// A runtime with the fs plugin, and a directory of its own for a test.
#ifndef RONDO_TESTS_PLUGINS_FS_FS_FIXTURE_H_
#define RONDO_TESTS_PLUGINS_FS_FS_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "plugins/fs/fs_plugin.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {

// Fails a test that leaves a task, a timer, a watch or a descriptor.
//
// All of it is public: a coroutine of a test is a function of its own.
class FsFixture : public Scratch {
 public:
  using Scratch::Content;
  using Scratch::Make;
  using Scratch::Names;
  using Scratch::Path;

  explicit FsFixture(int threads = 2) {
    absl::StatusOr<std::unique_ptr<Runtime>> built =
        Runtime::Builder().Threads(threads).Add(std::make_unique<FsPlugin>()).Build();
    CHECK_OK(built);
    runtime_ = *std::move(built);
  }

  void TearDown() override {
    EXPECT_TRUE(runtime_->DumpActive().empty());
    runtime_.reset();
    Scratch::TearDown();
  }

  // Runs one coroutine, and all that it leaves behind, to the end.
  void Run(Task<void> task) {
    runtime_->Spawn(std::move(task));
    EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  }

  Task<absl::StatusOr<File>> Open(std::string path, OpenFlags flags) {
    co_return co_await runtime_->Submit(OpenFile{.path = std::move(path), .flags = flags});
  }

  std::unique_ptr<Runtime> runtime_;
};

}  // namespace rondo::fs

#endif  // RONDO_TESTS_PLUGINS_FS_FS_FIXTURE_H_
