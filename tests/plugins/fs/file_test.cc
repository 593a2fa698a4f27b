#include "plugins/fs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// When not 0, the errno with which every closing of what was open for writing fails.
int close_error = 0;

}  // namespace

// In the place of the C library's.
extern "C" int close(int fd) {
  const bool writes = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
  const int result = static_cast<int>(syscall(SYS_close, fd));  // Gone in any case.
  if (result != 0 || !writes || close_error == 0) return result;
  errno = close_error;
  return -1;
}

namespace rondo::fs {
namespace {

using internal::CloseOpenFile;
using internal::OpenForUse;
using internal::ReadFileAt;
using internal::WriteFileAt;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class FileTest : public Scratch {
 protected:
  static absl::StatusOr<File> Open(const std::string& path, const OpenFlags& flags) {
    return OpenForUse({.path = path, .flags = flags, .mode = 0600}, Never);
  }
};

TEST_F(FileTest, Flags) {
  const std::string path = Path("file");
  EXPECT_EQ(Open(path, {.read = true}).status().code(), absl::StatusCode::kNotFound);
  absl::StatusOr<File> file = Open(path, {.write = true, .create = true, .exclusive = true});
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->path(), path);
  EXPECT_EQ(WriteFileAt({.file = *file, .data = "0123456789"}, Never), absl::OkStatus());
  EXPECT_EQ(ReadFileAt({.file = *file, .size = 1}, Never).status().message(),
            absl::StrCat("read \"", path, "\" (0 bytes read): Bad file descriptor"));
  EXPECT_EQ(Open(path, {.write = true, .create = true, .exclusive = true}).status().code(),
            absl::StatusCode::kAlreadyExists);

  absl::StatusOr<File> log = Open(path, {.append = true});
  EXPECT_EQ(WriteFileAt({.file = *log, .data = "end"}, Never), absl::OkStatus());
  EXPECT_EQ(Content("file"), "0123456789end");
  EXPECT_TRUE(Open(path, {.write = true, .truncate = true}).ok());
  EXPECT_EQ(Content("file"), "");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  EXPECT_TRUE(Open(Path("link"), {.read = true}).ok());
  EXPECT_THAT(Open(Path("link"), {.read = true, .no_follow = true}).status().message(),
              EndsWith("Too many levels of symbolic links"));
}

TEST_F(FileTest, FlagsThatContradictEachOther) {
  for (const OpenFlags& flags :
       {OpenFlags{}, OpenFlags{.create = true}, OpenFlags{.read = true, .truncate = true},
        OpenFlags{.write = true, .exclusive = true}}) {
    EXPECT_EQ(Open(Path("file"), flags).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Content("file"), "(none)");
}

TEST_F(FileTest, ClosesItselfWithTheLastCopy) {
  const std::string path = Make("file", "x");
  File copy;
  {
    const File file = Open(path, {.read = true}).value();
    copy = file;
  }
  EXPECT_TRUE(OpenAndCloseOnExec(path));
  copy = File();
  EXPECT_FALSE(OpenAndCloseOnExec(path));
}

TEST_F(FileTest, ClosedOnceAndThenOfNoUse) {
  const std::string path = Make("file", "x");
  const File file = Open(path, {.read = true}).value();
  const File copy = file;
  EXPECT_EQ(CloseOpenFile({.file = file}), absl::OkStatus());
  EXPECT_FALSE(OpenAndCloseOnExec(path));
  EXPECT_EQ(copy.fd(), -1);
  absl::Status status = CloseOpenFile({.file = copy});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), absl::StrCat("close \"", path, "\": it is closed already"));
  status = ReadFileAt({.file = copy, .size = 1}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), absl::StrCat("read \"", path, "\": the file is closed"));
  EXPECT_EQ(ReadFileAt({.size = 1}, Never).status().message(), "read: not an open file");
}

TEST_F(FileTest, ACloseThatFailsSaysSo) {
  const File file = Open(Path("file"), {.write = true, .create = true}).value();
  close_error = EDQUOT;
  const absl::Status status = CloseOpenFile({.file = file});
  close_error = 0;
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), absl::StrCat("close \"", Path("file"), "\": Disk quota exceeded"));
  EXPECT_FALSE(OpenAndCloseOnExec(Path("file")));
}

TEST_F(FileTest, InUseItIsClosedByTheLastToUseIt) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const File file = Open(path, {.read = true}).value();
  absl::Notification reads;
  absl::Notification stop;
  std::thread reader([&] {
    const auto stopped = [&] {
      if (!reads.HasBeenNotified()) reads.Notify();
      return stop.HasBeenNotified();
    };
    EXPECT_EQ(
        ReadFileAt({.file = file, .offset = kCurrentOffset, .size = 1}, stopped).status().code(),
        absl::StatusCode::kCancelled);
  });
  reads.WaitForNotification();
  const absl::Status status = CloseOpenFile({.file = file});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), EndsWith("in use, and closed when that ends"));
  EXPECT_EQ(ReadFileAt({.file = file, .size = 1}, Never).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(OpenAndCloseOnExec(path));
  stop.Notify();
  reader.join();
  EXPECT_FALSE(OpenAndCloseOnExec(path));
}

TEST_F(FileTest, AFifoThatNobodyReadsCanBeCancelled) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  int asked = 0;
  const absl::Status status =
      OpenForUse({.path = path, .flags = {.write = true}}, [&] { return ++asked == 3; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

TEST_F(FileTest, AFifoIsWrittenWhenAReaderComes) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  int reader = -1;
  const auto come = [&] {
    if (reader < 0) reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return false;
  };
  absl::StatusOr<File> file = OpenForUse({.path = path, .flags = {.write = true}}, come);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(WriteFileAt({.file = *file, .offset = kCurrentOffset, .data = "hello"}, Never),
            absl::OkStatus());
  char got[6] = {};
  EXPECT_EQ(read(reader, got, 5), 5);
  EXPECT_STREQ(got, "hello");
  close(reader);
}

TEST_F(FileTest, NoDescriptorLeft) {
  const std::string path = Make("file", "");
  const DescriptorLimit limit(3);
  const absl::Status status = Open(path, {.read = true}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", path, "\": Too many open files"));
}

TEST_F(FileTest, TemporaryFilesDifferAndArePrivate) {
  const MakeTempFile request = {.prefix = Path("tmp-"), .suffix = ".txt"};
  const File one = internal::MakeTempFileForUse(request).value();
  const File two = internal::MakeTempFileForUse(request).value();
  EXPECT_NE(one.path(), two.path());
  EXPECT_THAT(one.path(), testing::AllOf(StartsWith(Path("tmp-")), EndsWith(".txt")));
  EXPECT_EQ(internal::LookUpFile({.file = one}).value().mode, 0600u);
  EXPECT_EQ(WriteFileAt({.file = one, .data = "x"}, Never), absl::OkStatus());
  EXPECT_EQ(ReadFileAt({.file = one, .size = 5}, Never).value(), "x");
  EXPECT_TRUE(OpenAndCloseOnExec(one.path()));
  EXPECT_THAT(internal::MakeTempFileForUse({.prefix = Path("none/")}).status().message(),
              HasSubstr("/none/XXXXXX\": No such file or directory"));
}

TEST_F(FileTest, F5_CloseOnExec) {
  const std::string path = Make("file", "");
  const File file = Open(path, {.read = true}).value();
  EXPECT_TRUE(OpenAndCloseOnExec(path));
}

}  // namespace
}  // namespace rondo::fs
