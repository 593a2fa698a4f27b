#include "plugins/fs/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/fs/fs_fixture.h"

namespace rondo::fs {
namespace {

using testing::HasSubstr;

constexpr OpenFlags kNew = {.write = true, .create = true, .truncate = true};

class FileWriterTest : public FsFixture {
 public:
  int64_t Submitted(absl::string_view name) const {
    for (const RuntimeStats::OfKind& kind : runtime_->Stats().kinds) {
      if (kind.name == name) return kind.stats.submitted;
    }
    return -1;
  }
};

TEST_F(FileWriterTest, SmallPiecesGoOutTogetherAndInOrder) {
  Run([](FileWriterTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), kNew)).value();
    FileWriter writer(*test.runtime_, file);
    std::string all;
    for (int i = 0; i < 5000; ++i) {
      const std::string piece = absl::StrCat(i, "\n");
      all += piece;
      EXPECT_EQ(co_await writer.Write(piece), absl::OkStatus());
    }
    EXPECT_EQ(co_await writer.Close(), absl::OkStatus());
    EXPECT_TRUE(test.Content("file") == all);
    EXPECT_LT(test.Submitted(WriteAt::kKind), 500);
    EXPECT_EQ(file.fd(), -1);
  }(*this));
}

TEST_F(FileWriterTest, WritesFromAnOffsetOnAndAppends) {
  Make("file", "0123456789");
  Run([](FileWriterTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.write = true})).value();
    FileWriter writer(*test.runtime_, file, {.offset = 4});
    EXPECT_EQ(co_await writer.Write("ab"), absl::OkStatus());
    EXPECT_EQ(co_await writer.Flush(), absl::OkStatus());
    EXPECT_EQ(test.Content("file"), "0123ab6789");
    EXPECT_EQ(co_await writer.Write("c"), absl::OkStatus());
    EXPECT_EQ(co_await writer.Close(/*sync=*/true), absl::OkStatus());
    EXPECT_EQ(test.Content("file"), "0123abc789");

    const File log = (co_await test.Open(test.Path("file"), {.append = true})).value();
    FileWriter appender(*test.runtime_, log, {.offset = kCurrentOffset});
    EXPECT_EQ(co_await appender.Write("one"), absl::OkStatus());
    EXPECT_EQ(co_await appender.Flush(), absl::OkStatus());
    EXPECT_EQ(co_await appender.Write("two"), absl::OkStatus());
    EXPECT_EQ(co_await appender.Close(), absl::OkStatus());
    EXPECT_EQ(test.Content("file"), "0123abc789onetwo");
  }(*this));
}

TEST_F(FileWriterTest, WaitsWhileTooMuchIsToBeWritten) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  Run([](FileWriterTest& test) -> Task<void> {
    // Nothing is read from it, so that it fills up.
    const File fifo =
        (co_await test.Open(test.Path("fifo"), {.read = true, .write = true})).value();
    FileWriter writer(*test.runtime_, fifo,
                      {.offset = kCurrentOffset, .max_buffered_bytes = 1 << 20});
    const std::string data(512 << 10, 'x');
    EXPECT_EQ(co_await writer.Write(data), absl::OkStatus());
    EXPECT_EQ(co_await writer.Write(data), absl::OkStatus());
    absl::Status status = co_await WithTimeout(writer.Write(data), absl::Milliseconds(5));
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    // It has been taken all the same: all three come.
    FileReader reader(*test.runtime_, fifo, {.offset = kCurrentOffset});
    size_t come = 0;
    while (come < 3 * data.size()) come += (co_await reader.Read()).value().size();
    EXPECT_EQ(come, 3 * data.size());
    EXPECT_EQ(co_await writer.Flush(), absl::OkStatus());
  }(*this));
}

TEST_F(FileWriterTest, F3_AFailureIsToldAndStays) {
  Run([](FileWriterTest& test) -> Task<void> {
    const File full = (co_await test.Open("/dev/full", {.write = true})).value();
    FileWriter writer(*test.runtime_, full);
    EXPECT_EQ(co_await writer.Write("some text"), absl::OkStatus());
    absl::Status status = co_await writer.Flush();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(status.message(), HasSubstr("(0 of 9 bytes written): No space left on device"));
    EXPECT_EQ(co_await writer.Write("more"), status);
    EXPECT_EQ(co_await writer.Close(), status);
    EXPECT_EQ(full.fd(), -1);
  }(*this));
}

TEST_F(FileWriterTest, DestroyedItWritesWhatItWasGiven) {
  Run([](FileWriterTest& test) -> Task<void> {
    FileWriter writer(*test.runtime_, (co_await test.Open(test.Path("file"), kNew)).value());
    for (int i = 0; i < 100; ++i) EXPECT_EQ(co_await writer.Write("0123456789"), absl::OkStatus());
  }(*this));
  EXPECT_EQ(Content("file").size(), size_t{1000});
}

}  // namespace
}  // namespace rondo::fs
