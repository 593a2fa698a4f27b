#include "plugins/fs/fs_plugin.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/plugins/fs/fs_fixture.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using testing::ElementsAre;

using FsPluginTest = FsFixture;

TEST_F(FsPluginTest, WithCallbacks) {
  const std::string path = Path("notes.txt");
  std::vector<std::string> log;
  runtime_->Submit(WriteFile{.path = path, .data = "text"}, [&](absl::Status written) {
    log.push_back(written.ToString());
    runtime_->Submit(ReadFile{.path = path},
                     [&](absl::StatusOr<std::string> text) { log.push_back(*text); });
    runtime_->Submit(ReadFile{.path = path + "?"},
                     [&](absl::StatusOr<std::string> text) { EXPECT_FALSE(text.ok()); });
  });
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_THAT(log, ElementsAre("OK", "text"));
}

Task<void> UseEveryKind(Runtime& runtime, std::string path, bool& done) {
  absl::Status status =
      co_await runtime.Submit(WriteFile{.path = path, .data = "text", .atomic = true});
  EXPECT_EQ(status, absl::OkStatus());
  absl::StatusOr<std::string> text = co_await runtime.Submit(ReadFile{.path = path});
  EXPECT_EQ(text.value(), "text");
  absl::StatusOr<FileInfo> info = co_await runtime.Submit(Stat{.path = path});
  EXPECT_EQ(info.value().size, 4);
  absl::StatusOr<FileInfo> none = co_await runtime.Submit(Stat{.path = path + "?"});
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  done = true;
}

TEST_F(FsPluginTest, WithACoroutine) {
  bool done = false;
  runtime_->Spawn(UseEveryKind(*runtime_, Path("notes.txt"), done));
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_TRUE(done);
}

TEST_F(FsPluginTest, AFifoThatNobodyWritesCanBeCancelled) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::vector<absl::StatusCode> codes;
  const auto log = [&](absl::StatusOr<std::string> text) { codes.push_back(text.status().code()); };
  // More of them than there are workers: each must give its worker back.
  std::stop_source stop;
  for (int i = 0; i < 5; ++i) {
    runtime_->Submit(ReadFile{.path = path}, log, {.stop_token = stop.get_token()});
  }
  runtime_->Post([&] { stop.request_stop(); });
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_THAT(codes, testing::Each(absl::StatusCode::kCancelled));
  EXPECT_EQ(codes.size(), size_t{5});
}

TEST_F(FsPluginTest, ADeadlineEndsAReadThatWaits) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  absl::Status status;
  runtime_->Submit(ReadFile{.path = path},
                   [&](absl::StatusOr<std::string> text) { status = text.status(); },
                   {.timeout = absl::Milliseconds(5)});
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
}

TEST_F(FsPluginTest, AWriterOfAFifoIsReadWhenItComes) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::string got;
  runtime_->Submit(ReadFile{.path = path},
                   [&](absl::StatusOr<std::string> text) { got = text.value(); });
  runtime_->Post([&] {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);  // Returns when the reader is there.
    EXPECT_TRUE(OpenAndCloseOnExec(path));
    EXPECT_EQ(write(fd, "hello", 5), 5);
    close(fd);
  });
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(got, "hello");
}

TEST_F(FsPluginTest, ThousandsAtOnce) {
  const std::string path = Make("file", "content");
  int read = 0;
  for (int i = 0; i < 5000; ++i) {
    runtime_->Submit(ReadFile{.path = path},
                     [&](absl::StatusOr<std::string> text) { read += *text == "content"; });
  }
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(read, 5000);
}

}  // namespace
}  // namespace rondo::fs
