#include "plugins/fs/stat.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::LookUp;
using testing::EndsWith;

class StatTest : public Scratch {};

TEST_F(StatTest, TellsWhatTheKernelTells) {
  const absl::Time before = absl::Now() - absl::Seconds(1);  // The kernel's clock is coarse.
  const std::string path = Make("file", std::string(5000, 'x'));
  ASSERT_EQ(link(path.c_str(), Path("other").c_str()), 0);
  ASSERT_EQ(chmod(path.c_str(), 04751), 0);
  const timespec times[2] = {{.tv_sec = -5, .tv_nsec = 1}, {.tv_sec = 1234567890, .tv_nsec = 987}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  struct stat raw;
  ASSERT_EQ(stat(path.c_str(), &raw), 0);

  const absl::StatusOr<FileInfo> info = LookUp({.path = path});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->type, FileType::kRegular);
  EXPECT_EQ(info->size, 5000);
  EXPECT_EQ(info->allocated_bytes, raw.st_blocks * 512);
  EXPECT_EQ(info->mode, 04751u);
  EXPECT_EQ(info->uid, geteuid());
  EXPECT_EQ(info->gid, raw.st_gid);
  EXPECT_EQ(info->device, raw.st_dev);
  EXPECT_EQ(info->inode, raw.st_ino);
  EXPECT_EQ(info->links, 2u);
  EXPECT_EQ(info->access_time, absl::UnixEpoch() - absl::Seconds(5) + absl::Nanoseconds(1));
  EXPECT_EQ(info->modify_time, absl::FromUnixSeconds(1234567890) + absl::Nanoseconds(987));
  EXPECT_EQ(info->change_time, absl::TimeFromTimespec(raw.st_ctim));
  if (info->birth_time.has_value()) {
    EXPECT_GE(*info->birth_time, before);
    EXPECT_LE(*info->birth_time, info->change_time);
  }
}

TEST_F(StatTest, LargeAndSparse) {
  const std::string path = Make("sparse", "");
  ASSERT_EQ(truncate(path.c_str(), off_t{5} << 30), 0);
  const absl::StatusOr<FileInfo> info = LookUp({.path = path});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->size, int64_t{5} << 30);
  EXPECT_LT(info->allocated_bytes, info->size);
}

TEST_F(StatTest, FollowsLinksOrNot) {
  Make("file", "12345");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  EXPECT_EQ(LookUp({.path = Path("link")})->type, FileType::kRegular);
  const absl::StatusOr<FileInfo> link = LookUp({.path = Path("link"), .follow_symlinks = false});
  EXPECT_EQ(link->type, FileType::kSymlink);
  EXPECT_EQ(link->size, 4);

  ASSERT_EQ(symlink("nowhere", Path("dangling").c_str()), 0);
  EXPECT_EQ(LookUp({.path = Path("dangling")}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(LookUp({.path = Path("dangling"), .follow_symlinks = false}).ok());
}

TEST_F(StatTest, Types) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(LookUp({.path = Path("")})->type, FileType::kDirectory);
  EXPECT_EQ(LookUp({.path = Path("fifo")})->type, FileType::kFifo);
  EXPECT_EQ(LookUp({.path = "/dev/null"})->type, FileType::kCharacterDevice);
}

TEST_F(StatTest, ErrorsNameTheOperationAndThePath) {
  const std::string missing = Path("missing");
  EXPECT_EQ(LookUp({.path = missing}).status(),
            absl::NotFoundError(absl::StrCat("stat \"", missing, "\": No such file or directory")));
  EXPECT_EQ(
      LookUp({.path = missing, .follow_symlinks = false}).status(),
      absl::NotFoundError(absl::StrCat("lstat \"", missing, "\": No such file or directory")));
  EXPECT_EQ(LookUp({.path = ""}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LookUp({.path = Make("file", "") + "/below"}).status().code(),
            absl::StatusCode::kFailedPrecondition);

  ASSERT_EQ(mkdir(Path("locked").c_str(), 0), 0);
  const OrdinaryUser user;
  EXPECT_EQ(LookUp({.path = Path("locked/file")}).status().code(),
            absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(Path("locked").c_str(), 0700), 0);  // An ordinary user could not remove it else.
}

TEST_F(StatTest, F4_NulLongAndForeignNames) {
  Make("a", "");
  const absl::Status nul = LookUp({.path = Path(absl::string_view("a\0b", 3))}).status();
  EXPECT_EQ(nul.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(nul.message(), EndsWith("a\\000b\": a path has no NUL byte"));
  EXPECT_EQ(LookUp({.path = std::string(4096, 'a')}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LookUp({.path = Make("\xff\n", "123")})->size, 3);
}

}  // namespace
}  // namespace rondo::fs
