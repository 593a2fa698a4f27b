#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/copy.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// When not 0, the errno with which every copying by the kernel fails.
int copy_error = 0;

}  // namespace

// In the place of the C library's.
extern "C" ssize_t copy_file_range(int in, off64_t* in_at, int out, off64_t* out_at, size_t size,
                                   unsigned flags) {
  if (copy_error != 0) {
    errno = copy_error;
    return -1;
  }
  return syscall(SYS_copy_file_range, in, in_at, out, out_at, size, flags);
}

namespace rondo::fs {
namespace {

using internal::CopyOneFile;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// With an errno with which the kernel refuses to copy; 0: it does.
class CopyFileTest : public Scratch, public testing::WithParamInterface<int> {
 protected:
  CopyFileTest() { copy_error = GetParam(); }
  ~CopyFileTest() override { copy_error = 0; }
};

INSTANTIATE_TEST_SUITE_P(, CopyFileTest, testing::Values(0, EXDEV),
                         [](const auto& info) { return info.param == 0 ? "Kernel" : "Buffer"; });

struct stat StatOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info;
}

TEST_P(CopyFileTest, TheContentAndThePermissions) {
  const std::string content = std::string(3 << 20, 'x') + "end";
  const std::string from = Make("from", content);
  ASSERT_EQ(chmod(from.c_str(), 0750), 0);
  const mode_t before = umask(022);
  absl::StatusOr<int64_t> copied = CopyOneFile({.from = from, .to = Path("to")}, Never);
  umask(before);
  EXPECT_EQ(copied.value(), static_cast<int64_t>(content.size()));
  EXPECT_TRUE(Content("to") == content);
  EXPECT_EQ(StatOf(Path("to")).st_mode & 07777, mode_t{0750});
}

TEST_P(CopyFileTest, ReplacesTheContentOfWhatIsThere) {
  const std::string from = Make("from", "new");
  const std::string to = Make("to", "old and longer");
  const ino_t inode = StatOf(to).st_ino;
  EXPECT_EQ(CopyOneFile({.from = from, .to = to}, Never).value(), 3);
  EXPECT_EQ(Content("to"), "new");
  EXPECT_EQ(StatOf(to).st_ino, inode);
  const absl::Status status =
      CopyOneFile({.from = from, .to = to, .exclusive = true}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", to, "\": File exists"));
}

TEST_P(CopyFileTest, OntoItselfNothingIsLost) {
  const std::string from = Make("from", "content");
  ASSERT_EQ(link(from.c_str(), Path("hard").c_str()), 0);
  ASSERT_EQ(symlink("from", Path("soft").c_str()), 0);
  for (const char* to : {"from", "hard", "soft"}) {
    const absl::Status status = CopyOneFile({.from = from, .to = Path(to)}, Never).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), EndsWith("the same file"));
    EXPECT_EQ(Content("from"), "content");
  }
}

TEST_P(CopyFileTest, HolesStayHoles) {
  const std::string from = Path("from");
  const int fd = open(from.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  constexpr int64_t kSize = (int64_t{5} << 30) + 7;  // More than 32 bits count.
  ASSERT_EQ(pwrite(fd, "middle", 6, int64_t{4500} << 20), 6);
  ASSERT_EQ(ftruncate(fd, kSize), 0);
  close(fd);
  if (StatOf(from).st_blocks > 4096) GTEST_SKIP() << "this file system has no holes";
  EXPECT_EQ(CopyOneFile({.from = from, .to = Path("to")}, Never).value(), kSize);
  const struct stat info = StatOf(Path("to"));
  EXPECT_EQ(info.st_size, kSize);
  EXPECT_LT(info.st_blocks, 4096);
  char middle[8] = {};
  const int copy = open(Path("to").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(pread(copy, middle, 7, int64_t{4500} << 20), 7);
  close(copy);
  EXPECT_STREQ(middle, "middle");
}

TEST_P(CopyFileTest, FilesOfProcThatSayTheyHaveNoSize) {
  const int64_t copied =
      CopyOneFile({.from = "/proc/self/limits", .to = Path("to")}, Never).value();
  EXPECT_GT(copied, 0);
  EXPECT_THAT(Content("to"), HasSubstr("Max open files"));
}

TEST_P(CopyFileTest, EmptyFiles) {
  EXPECT_EQ(CopyOneFile({.from = Make("from", ""), .to = Path("to")}, Never).value(), 0);
  EXPECT_EQ(Content("to"), "");
}

TEST_P(CopyFileTest, PreservesModeAndTimes) {
  const std::string from = Make("from", "x");
  ASSERT_EQ(chmod(from.c_str(), 04701), 0);
  const timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 5}, {.tv_sec = 2000, .tv_nsec = 6}};
  ASSERT_EQ(utimensat(AT_FDCWD, from.c_str(), times, 0), 0);
  ASSERT_TRUE(
      CopyOneFile({.from = from, .to = Path("to"), .preserve = true, .sync = true}, Never).ok());
  const struct stat info = StatOf(Path("to"));
  EXPECT_EQ(info.st_mode & 07777, mode_t{04701});
  EXPECT_EQ(info.st_mtim.tv_sec, 2000);
  EXPECT_EQ(info.st_mtim.tv_nsec, 6);
}

TEST_P(CopyFileTest, F3_AFailureSaysHowFarItCameAndRemovesWhatItMade) {
  const std::string from = Make("from", std::string(8192, 'x'));
  absl::Status status;
  {
    const FileSizeLimit limit(4096);
    status = CopyOneFile({.from = from, .to = Path("to")}, Never).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_THAT(status.message(), HasSubstr(" bytes copied): File too large"));
  EXPECT_THAT(Names(), ElementsAre("from"));
}

TEST_P(CopyFileTest, ACancelledOneRemovesWhatItMade) {
  const std::string from = Make("from", "content");
  EXPECT_EQ(CopyOneFile({.from = from, .to = Path("to")}, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_THAT(Names(), ElementsAre("from"));
}

TEST_P(CopyFileTest, ASourceThatShrinksMeanwhile) {
  const std::string from = Make("from", std::string(100000, 'x'));
  const auto shrink = [&] {
    EXPECT_EQ(truncate(from.c_str(), 10000), 0);
    return false;
  };
  EXPECT_EQ(CopyOneFile({.from = from, .to = Path("to")}, shrink).value(), 10000);
  EXPECT_TRUE(Content("to") == std::string(10000, 'x'));
}

TEST_P(CopyFileTest, Errors) {
  ASSERT_EQ(mkdir(Path("dir").c_str(), 0700), 0);
  const auto code = [&](const std::string& from, const std::string& to) {
    return CopyOneFile({.from = from, .to = to}, Never).status().code();
  };
  EXPECT_EQ(code(Path("none"), Path("to")), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(Path("dir"), Path("to")), absl::StatusCode::kFailedPrecondition);
  const std::string from = Make("from", "x");
  EXPECT_EQ(code(from, Path("dir")), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(from, Path("none/to")), absl::StatusCode::kNotFound);
  EXPECT_EQ(code("/dev/null", Path("to")), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(from, "/dev/null"), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(chmod(from.c_str(), 0), 0);
  const OrdinaryUser user;
  EXPECT_EQ(code(from, Path("to")), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Names(), ElementsAre("dir", "from"));
}

}  // namespace
}  // namespace rondo::fs
