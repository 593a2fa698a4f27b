// Slow disks do not hold up what needs none.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/plugins/fs/fs_fixture.h"

namespace {

// While it is closed, syncs of this process wait in it.
class Gate {
 public:
  void Pass() {
    absl::MutexLock lock(&mu_);
    ++inside_;
    mu_.Await(absl::Condition(&open_));
    --inside_;
  }
  void Close() {
    absl::MutexLock lock(&mu_);
    open_ = false;
  }
  void Open() {
    absl::MutexLock lock(&mu_);
    open_ = true;
  }
  int inside() {
    absl::MutexLock lock(&mu_);
    return inside_;
  }

 private:
  absl::Mutex mu_;
  bool open_ = true;
  int inside_ = 0;
};

Gate& TheGate() {
  static Gate& gate = *new Gate;
  return gate;
}

}  // namespace

// In the place of the C library's.
extern "C" int fsync(int) {
  TheGate().Pass();
  return 0;
}
extern "C" int fdatasync(int fd) { return fsync(fd); }

namespace rondo::fs {
namespace {

class LanesTest : public FsFixture, public testing::WithParamInterface<int> {
 public:
  LanesTest() : FsFixture(GetParam()) { TheGate().Close(); }

  // Submits a dozen of everything that syncs.
  void SubmitSlowOnes(const File& file) {
    const auto count = [this](absl::Status status) {
      EXPECT_EQ(status, absl::OkStatus());
      ++synced_;
    };
    for (int i = 0; i < kEach; ++i) {
      runtime_->Submit(SyncFile{.file = file}, count);
      runtime_->Submit(SyncFile{.file = file, .data_only = true}, count);
      runtime_->Submit(AppendFile{.path = Path("log"), .data = "x", .sync = true}, count);
      runtime_->Submit(WriteFile{.path = Path(absl::StrCat("new", i)), .data = "x", .atomic = true},
                       count);
    }
  }

  static constexpr int kEach = 12;
  int synced_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, LanesTest, testing::Values(2, 3, 4, 8),
                         testing::PrintToStringParamName());

TEST_P(LanesTest, SlowSyncsDoNotHoldUpReads) {
  Make("file", "content");
  runtime_->Spawn([](LanesTest& test) -> Task<void> {
    Runtime& runtime = *test.runtime_;
    const File file =
        (co_await test.Open(test.Path("file"), {.read = true, .write = true})).value();
    test.SubmitSlowOnes(file);
    // Would hang, if syncs could occupy every worker.
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ((co_await runtime.Submit(ReadFile{.path = file.path()})).value(), "content");
      EXPECT_EQ((co_await runtime.Submit(ReadAt{.file = file, .size = 3})).value(), "con");
      EXPECT_EQ(co_await runtime.Submit(WriteFile{.path = test.Path("other"), .data = "x"}),
                absl::OkStatus());
      EXPECT_TRUE((co_await runtime.Submit(Stat{.path = file.path()})).ok());
    }
    EXPECT_EQ(test.synced_, 0);
    // And are not one at a time either, where there are workers for more.
    while (TheGate().inside() < GetParam() / 2) {
      EXPECT_TRUE((co_await runtime.Submit(Stat{.path = file.path()})).ok());
    }
    EXPECT_EQ(TheGate().inside(), GetParam() / 2);
    TheGate().Open();
  }(*this));
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(synced_, 4 * kEach);
}

TEST_P(LanesTest, WhoWaitsInTheLaneCanBeCancelled) {
  Make("file", "content");
  runtime_->Spawn([](LanesTest& test) -> Task<void> {
    Runtime& runtime = *test.runtime_;
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    test.SubmitSlowOnes(file);
    const absl::Status status =
        co_await runtime.Submit(SyncFile{.file = file}, {.timeout = absl::Milliseconds(5)});
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(test.synced_, 0);
    TheGate().Open();
    EXPECT_EQ(co_await runtime.Submit(SyncFile{.file = file}), absl::OkStatus());
  }(*this));
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(synced_, 4 * kEach);
}

TEST_P(LanesTest, TheRuntimeGoesWhileTheLaneIsFull) {
  Make("file", "content");
  runtime_->Spawn([](LanesTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    for (int i = 0; i < 10; ++i) {
      test.runtime_->Submit(SyncFile{.file = file}, [](absl::Status) { ADD_FAILURE(); });
    }
    while (TheGate().inside() < GetParam() / 2) {
      EXPECT_TRUE((co_await test.runtime_->Submit(Stat{.path = file.path()})).ok());
    }
    test.runtime_->Stop();
  }(*this));
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  TheGate().Open();
  runtime_ = Runtime::Builder().Build().value();
}

}  // namespace
}  // namespace rondo::fs
