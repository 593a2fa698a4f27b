#include "plugins/fs/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::ReadFileAt;
using internal::ReadFileVectorAt;
using internal::WriteFileAt;
using internal::WriteFileVectorAt;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class FileIoTest : public Scratch {
 protected:
  static File Open(const std::string& path, const OpenFlags& flags) {
    return internal::OpenForUse({.path = path, .flags = flags}, Never).value();
  }
  File OpenNew() const {
    return Open(Path("file"), {.read = true, .write = true, .create = true, .truncate = true});
  }
};

TEST_F(FileIoTest, ReadsWhereItIsTold) {
  const File file = Open(Make("file", "0123456789"), {.read = true});
  const auto read = [&](int64_t offset, int64_t size) {
    return ReadFileAt({.file = file, .offset = offset, .size = size}, Never).value();
  };
  EXPECT_EQ(read(0, 4), "0123");
  EXPECT_EQ(read(7, 3), "789");
  EXPECT_EQ(read(7, 100), "789");
  EXPECT_EQ(read(10, 5), "");
  EXPECT_EQ(read(int64_t{1} << 40, 5), "");
  EXPECT_EQ(read(3, 0), "");
  // Its own offset has not moved.
  EXPECT_EQ(read(kCurrentOffset, 3), "012");
  EXPECT_EQ(read(kCurrentOffset, 100), "3456789");
  EXPECT_EQ(read(kCurrentOffset, 100), "");
}

TEST_F(FileIoTest, TheBufferOfAnEarlierResultServesAgain) {
  const File file = Open(Make("file", std::string(10000, 'x')), {.read = true});
  std::string buffer = ReadFileAt({.file = file, .offset = 0, .size = 4096}, Never).value();
  const char* const data = buffer.data();
  buffer =
      ReadFileAt({.file = file, .offset = 8192, .size = 4096, .buffer = std::move(buffer)}, Never)
          .value();
  EXPECT_EQ(buffer.size(), size_t{1808});
  EXPECT_EQ(buffer.data(), data);
}

TEST_F(FileIoTest, WritesWhereItIsTold) {
  const File file = OpenNew();
  EXPECT_EQ(WriteFileAt({.file = file, .offset = 4, .data = "4567"}, Never), absl::OkStatus());
  EXPECT_EQ(WriteFileAt({.file = file, .offset = 0, .data = "01"}, Never), absl::OkStatus());
  EXPECT_EQ(Content("file"), std::string("01\0\0"
                                         "4567",
                                         8));
  const std::string large(3 << 20, 'x');
  EXPECT_EQ(WriteFileAt({.file = file, .data = large}, Never), absl::OkStatus());
  EXPECT_TRUE(Content("file") == large);
}

TEST_F(FileIoTest, BehindWhat32BitsCount) {
  const File file = OpenNew();
  constexpr int64_t kFar = (int64_t{6} << 30) + 1;
  EXPECT_EQ(WriteFileAt({.file = file, .offset = kFar, .data = "far"}, Never), absl::OkStatus());
  EXPECT_EQ(ReadFileAt({.file = file, .offset = kFar + 1, .size = 9}, Never).value(), "ar");
  EXPECT_EQ(internal::LookUpFile({.file = file}).value().size, kFar + 3);
}

TEST_F(FileIoTest, SeveralPieces) {
  const File file = OpenNew();
  EXPECT_EQ(WriteFileVectorAt({.file = file, .offset = 2, .data = {"ab", "", "cde", "f"}}, Never),
            absl::OkStatus());
  EXPECT_EQ(Content("file"), std::string("\0\0abcdef", 8));
  EXPECT_THAT(
      ReadFileVectorAt({.file = file, .offset = 2, .sizes = {1, 0, 3, 4, 5}}, Never).value(),
      ElementsAre("a", "", "bcd", "ef", ""));
  EXPECT_THAT(ReadFileVectorAt({.file = file, .offset = 0, .sizes = {}}, Never).value(),
              ElementsAre());
  EXPECT_EQ(WriteFileVectorAt({.file = file, .data = {"", ""}}, Never), absl::OkStatus());
}

TEST_F(FileIoTest, MorePiecesThanTheKernelTakesAtOnce) {
  const File file = OpenNew();
  constexpr size_t kPieces = 3000;
  std::vector<std::string> data(kPieces, "xyz");
  EXPECT_EQ(WriteFileVectorAt({.file = file, .data = data}, Never), absl::OkStatus());
  EXPECT_EQ(Content("file").size(), kPieces * 3);
  EXPECT_EQ(
      ReadFileVectorAt({.file = file, .sizes = std::vector<int64_t>(kPieces, 3)}, Never).value(),
      data);
}

TEST_F(FileIoTest, F3_AWriteThatFailsHalfwaySaysHowMuchWasWritten) {
  const File file = OpenNew();
  absl::Status one;
  absl::Status several;
  {
    const FileSizeLimit limit(4096);
    one = WriteFileAt({.file = file, .offset = 4000, .data = std::string(200, 'x')}, Never);
    several = WriteFileVectorAt({.file = file, .offset = 4090, .data = {"1234", "5678"}}, Never);
  }
  EXPECT_EQ(one.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(one.message(), HasSubstr("(96 of 200 bytes written): File too large"));
  EXPECT_THAT(several.message(), HasSubstr("(6 of 8 bytes written): File too large"));
  const File full = Open("/dev/full", {.write = true});
  EXPECT_EQ(WriteFileAt({.file = full, .data = "x"}, Never).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(FileIoTest, F3_AFileThatShrinksWhileItIsReadGivesWhatThereIs) {
  const std::string path = Make("file", std::string(3 << 20, 'x'));
  const File file = Open(path, {.read = true});
  int asked = 0;
  const auto shrink = [&] {
    if (++asked == 2) EXPECT_EQ(truncate(path.c_str(), 1500000), 0);
    return false;
  };
  EXPECT_EQ(ReadFileAt({.file = file, .size = 3 << 20}, shrink).value().size(), size_t{1500000});
}

TEST_F(FileIoTest, StopsBetweenTwoPieces) {
  const File file = Open(Make("file", std::string(3 << 20, 'x')), {.read = true, .write = true});
  int asked = 0;
  const absl::Status status =
      ReadFileAt({.file = file, .size = 3 << 20}, [&] { return ++asked == 2; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(status.message(), HasSubstr("(1048576 bytes read)"));
  EXPECT_EQ(WriteFileAt({.file = file, .data = "x"}, [] { return true; }).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(FileIoTest, FilesOfProcThatSayTheyHaveNoSize) {
  const File file = Open("/proc/self/limits", {.read = true});
  EXPECT_THAT(ReadFileAt({.file = file, .size = 1 << 20}, Never).value(),
              HasSubstr("Max open files"));
}

TEST_F(FileIoTest, AFifoHasNoOffsets) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const File fifo = Open(Path("fifo"), {.read = true, .write = true});
  EXPECT_THAT(ReadFileAt({.file = fifo, .size = 1}, Never).status().message(),
              EndsWith("Illegal seek"));
  EXPECT_EQ(
      WriteFileVectorAt({.file = fifo, .offset = kCurrentOffset, .data = {"he", "llo"}}, Never),
      absl::OkStatus());
  EXPECT_EQ(ReadFileAt({.file = fifo, .offset = kCurrentOffset, .size = 100}, Never).value(),
            "hello");
}

TEST_F(FileIoTest, ArgumentsThatMakeNoSense) {
  const File file = OpenNew();
  for (const absl::Status& status :
       {ReadFileAt({.file = file, .offset = -2, .size = 1}, Never).status(),
        ReadFileAt({.file = file, .size = -1}, Never).status(),
        ReadFileVectorAt({.file = file, .sizes = {1, -1}}, Never).status(),
        WriteFileAt({.file = file, .offset = -2, .data = "x"}, Never),
        WriteFileVectorAt({.file = file, .offset = -2, .data = {"x"}}, Never)}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
  EXPECT_EQ(ReadFileAt({.file = Open(Path(""), {.read = true}), .size = 1}, Never).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rondo::fs
