#include "plugins/fs/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

using internal::WriteWholeFile;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// With true: the same promises hold for an atomic write.
class WriteFileTest : public Scratch, public testing::WithParamInterface<bool> {
 protected:
  static absl::Status Write(WriteFile request) {
    request.atomic = GetParam();
    return WriteWholeFile(request, Never);
  }
};

INSTANTIATE_TEST_SUITE_P(, WriteFileTest, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Atomic" : "InPlace"; });

mode_t ModeOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST_P(WriteFileTest, CreatesAndReplaces) {
  const std::string path = Path("file");
  EXPECT_EQ(Write({.path = path, .data = "a longer text"}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "a longer text");
  EXPECT_EQ(Write({.path = path, .data = "short"}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "short");
  EXPECT_EQ(Write({.path = path, .data = ""}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_P(WriteFileTest, WritesWhatTakesManyCalls) {
  const std::string content((5 << 20) + 3, 'x');
  EXPECT_EQ(Write({.path = Path("file"), .data = content}), absl::OkStatus());
  EXPECT_TRUE(Content("file") == content);
}

TEST_P(WriteFileTest, ANewFileHasTheModeLessTheUmask) {
  const mode_t before = umask(027);
  EXPECT_EQ(Write({.path = Path("default")}), absl::OkStatus());
  EXPECT_EQ(Write({.path = Path("script"), .mode = 0777}), absl::OkStatus());
  umask(before);
  EXPECT_EQ(ModeOf(Path("default")), mode_t{0640});
  EXPECT_EQ(ModeOf(Path("script")), mode_t{0750});
}

TEST_P(WriteFileTest, AnOldFileKeepsItsMode) {
  const std::string path = Make("file", "old");
  for (const mode_t mode : {0600, 0644, 0755, 04755, 02777, 0200}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(Write({.path = path, .data = "new", .mode = 0600}), absl::OkStatus());
    // Writing in place takes set-user-id away: the kernel's doing.
    if (GetParam() || mode < 01000) EXPECT_EQ(ModeOf(path), mode);
  }
}

TEST_P(WriteFileTest, ExclusiveFindsAFileThere) {
  const std::string path = Path("file");
  EXPECT_EQ(Write({.path = path, .data = "first", .exclusive = true}), absl::OkStatus());
  const absl::Status status = Write({.path = path, .data = "second", .exclusive = true});
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", path, "\": File exists"));
  EXPECT_EQ(Content("file"), "first");
  ASSERT_EQ(symlink("nowhere", Path("link").c_str()), 0);
  EXPECT_EQ(Write({.path = Path("link"), .exclusive = true}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Names(), ElementsAre("file", "link"));
}

TEST_P(WriteFileTest, WithoutCreateTheFileMustBeThere) {
  const std::string path = Path("file");
  const absl::Status status = Write({.path = path, .data = "x", .create = false});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", path, "\": No such file or directory"));
  EXPECT_THAT(Names(), ElementsAre());
  Make("file", "old");
  EXPECT_EQ(Write({.path = path, .data = "x", .create = false}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "x");
}

TEST_P(WriteFileTest, SymbolicLinksAreFollowed) {
  ASSERT_EQ(mkdir(Path("sub").c_str(), 0700), 0);
  Make("sub/target", "old");
  ASSERT_EQ(symlink("sub/target", Path("link").c_str()), 0);
  ASSERT_EQ(symlink(Path("link").c_str(), Path("link2").c_str()), 0);
  EXPECT_EQ(Write({.path = Path("link2"), .data = "new"}), absl::OkStatus());
  EXPECT_EQ(Content("sub/target"), "new");
  EXPECT_THAT(Names(), ElementsAre("link", "link2", "sub"));
  // Also one that leads to what is still to be made.
  ASSERT_EQ(symlink("made", Path("dangling").c_str()), 0);
  EXPECT_EQ(Write({.path = Path("dangling"), .data = "made"}), absl::OkStatus());
  EXPECT_EQ(Content("made"), "made");
  ASSERT_EQ(symlink("loop", Path("loop").c_str()), 0);
  EXPECT_THAT(Write({.path = Path("loop")}).message(),
              EndsWith("Too many levels of symbolic links"));
}

TEST_P(WriteFileTest, ADirectoryIsNoFile) {
  ASSERT_EQ(mkdir(Path("sub").c_str(), 0700), 0);
  for (const std::string& path : {Path("sub"), Path("sub/"), Path("."), Path("")}) {
    const absl::Status status = Write({.path = path, .data = "x"});
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(status.message(), absl::StrCat("open \"", path, "\": Is a directory"));
  }
}

TEST_P(WriteFileTest, WhatTheKernelRefuses) {
  EXPECT_EQ(Write({.path = ""}), absl::NotFoundError("open \"\": No such file or directory"));
  EXPECT_EQ(Write({.path = Path("no/file")}),
            absl::NotFoundError(
                absl::StrCat("open \"", Path("no/file"), "\": No such file or directory")));
  EXPECT_EQ(Write({.path = Make("file", "") + "/below"}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Write({.path = "/proc/no"}).ok(), false);

  ASSERT_EQ(mkdir(Path("locked").c_str(), 0500), 0);
  const OrdinaryUser user;
  const absl::Status status = Write({.path = Path("locked/file")});
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_EQ(status.message(), absl::StrCat(GetParam() ? "create a temporary file beside" : "open",
                                           " \"", Path("locked/file"), "\": Permission denied"));
}

TEST_P(WriteFileTest, ModeIsPermissionsOnly) {
  const absl::Status status = Write({.path = Path("file"), .mode = S_IFDIR | 0700});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Names(), ElementsAre());
}

TEST_P(WriteFileTest, ExclusiveNeedsCreate) {
  const absl::Status status = Write({.path = Path("file"), .create = false, .exclusive = true});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("exclusive needs create"));
}

TEST_P(WriteFileTest, F3_AFullDiskIsReportedWithTheCountDone) {
  const std::string content(10000, 'x');
  const std::string path = Path("file");
  absl::Status status;
  {
    const FileSizeLimit limit(4096);  // The write that crosses it is short, the next one fails.
    status = Write({.path = path, .data = content});
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_EQ(status.message(),
            absl::StrCat("write \"", path, "\" (4096 of 10000 bytes written): File too large"));
}

// Some file systems (NFS, with a quota) say only when a file is closed that it has no place.
TEST_P(WriteFileTest, F3_ACloseThatFailsIsReported) {
  const std::string path = Make("file", "old");
  close_error = EDQUOT;
  const absl::Status status = Write({.path = path, .data = "new"});
  close_error = 0;
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(status.message(), absl::StrCat("close \"", path, "\": Disk quota exceeded"));
  if (GetParam()) EXPECT_EQ(Content("file"), "old");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_P(WriteFileTest, AnInterruptedCloseHasClosed) {
  const std::string path = Path("file");
  close_error = EINTR;
  const absl::Status status = Write({.path = path, .data = "new"});
  close_error = 0;
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_EQ(Content("file"), "new");
}

TEST_P(WriteFileTest, F4_NulLongAndForeignNames) {
  absl::Status status = Write({.path = Path(absl::string_view("a\0b", 3))});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("a\\000b\": a path has no NUL byte"));
  status = Write({.path = Path(std::string(256, 'a'))});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            absl::StrCat("open \"", Path(std::string(256, 'a')), "\": File name too long"));
  EXPECT_EQ(Write({.path = std::string(5000, 'a')}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Names(), ElementsAre());

  // 255 bytes are a name; so the temporary file's is not made from it.
  const std::string longest(255, 'a');
  const std::string foreign = "\xff\xfe\n\x80";
  EXPECT_EQ(Write({.path = Path(longest), .data = "x"}), absl::OkStatus());
  EXPECT_EQ(Write({.path = Path(foreign), .data = "x"}), absl::OkStatus());
  EXPECT_THAT(Names(), ElementsAre(longest, foreign));
}

class WriteInPlaceTest : public Scratch {};

TEST_F(WriteInPlaceTest, WithoutTruncateTheRestStays) {
  const std::string path = Make("file", "0123456789");
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "abc", .truncate = false}, Never),
            absl::OkStatus());
  EXPECT_EQ(Content("file"), "abc3456789");
}

TEST_F(WriteInPlaceTest, F3_NoSpace) {
  const absl::Status status = WriteWholeFile({.path = "/dev/full", .data = "abc"}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "write \"/dev/full\" (0 of 3 bytes written): No space left on device");
}

TEST_F(WriteInPlaceTest, AFifoWhoseReaderIsGone) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  absl::Status status = WriteWholeFile({.path = path, .data = "x"}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;  // Nobody reads: ENXIO.

  int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const std::string more_than_it_holds(1 << 20, 'x');
  int asked = 0;
  const auto leave = [&] {
    if (++asked == 3) close(reader);
    return false;
  };
  status = WriteWholeFile({.path = path, .data = more_than_it_holds}, leave);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), EndsWith(" of 1048576 bytes written): Broken pipe"));
}

TEST_F(WriteInPlaceTest, StopsBetweenTwoWrites) {
  const std::string path = Path("file");
  int asked = 0;
  const absl::Status status = WriteWholeFile({.path = path, .data = std::string(5 << 20, 'x')},
                                             [&] { return ++asked == 3; });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(status.message(), absl::StrCat("write \"", path,
                                           "\" (2097152 of 5242880 bytes written): Operation "
                                           "canceled"));
  EXPECT_EQ(Content("file").size(), size_t{2097152});
}

TEST_F(WriteInPlaceTest, F5_CloseOnExec) {
  const std::string path = Path("file");
  int asked = 0;
  const auto check = [&] {
    ++asked;
    EXPECT_TRUE(OpenAndCloseOnExec(path));
    return false;
  };
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "x"}, check), absl::OkStatus());
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace rondo::fs
