#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/copy.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::CopyWholeTree;
using testing::ElementsAre;
using testing::EndsWith;

class CopyTreeTest : public Scratch {
 protected:
  void MakeTree() {
    ASSERT_EQ(mkdir(Path("from").c_str(), 0750), 0);
    ASSERT_EQ(mkdir(Path("from/sub").c_str(), 0700), 0);
    Make("from/file", "content");
    Make("from/sub/other", "more");
    ASSERT_EQ(chmod(Path("from/sub/other").c_str(), 0640), 0);
    ASSERT_EQ(symlink("sub/other", Path("from/link").c_str()), 0);
    ASSERT_EQ(mkfifo(Path("from/fifo").c_str(), 0600), 0);
  }

  // What there is: paths with their types and modes.
  std::vector<std::string> List(const std::string& name) const {
    std::vector<std::string> lines;
    absl::StatusOr<std::vector<WalkEntry>> entries =
        internal::ListTree({.path = Path(name), .info = true}, Never);
    for (const WalkEntry& entry : entries.value()) {
      lines.push_back(absl::StrCat(entry.path, " ", static_cast<int>(entry.type), " ",
                                   absl::Hex(entry.info->mode), " ",
                                   entry.type == FileType::kDirectory ? 0 : entry.info->size));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
};

TEST_F(CopyTreeTest, EverythingInIt) {
  MakeTree();
  absl::StatusOr<CopiedTree> copied =
      CopyWholeTree({.from = Path("from"), .to = Path("to")}, Never);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(copied->entries, 6);
  EXPECT_EQ(copied->bytes, 11);
  EXPECT_EQ(List("to"), List("from"));
  EXPECT_EQ(Content("to/link"), "more");
}

TEST_F(CopyTreeTest, DirectoriesThatMayNotBeWritten) {
  MakeTree();
  ASSERT_EQ(chmod(Path("from/sub").c_str(), 0500), 0);
  {
    const OrdinaryUser user;
    for (const bool preserve : {false, true}) {
      const std::string to = Path(preserve ? "kept" : "to");
      absl::StatusOr<CopiedTree> copied =
          CopyWholeTree({.from = Path("from"), .to = to, .preserve = preserve}, Never);
      ASSERT_TRUE(copied.ok()) << copied.status();
    }
  }
  EXPECT_EQ(List("to"), List("from"));
  EXPECT_EQ(List("kept"), List("from"));
  for (const char* sub : {"from/sub", "to/sub", "kept/sub"}) {
    ASSERT_EQ(chmod(Path(sub).c_str(), 0700), 0);
  }
}

TEST_F(CopyTreeTest, PreservesTimes) {
  MakeTree();
  const timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 0}, {.tv_sec = 2000, .tv_nsec = 0}};
  for (const char* name : {"from/sub/other", "from/link", "from/fifo", "from/sub", "from"}) {
    ASSERT_EQ(utimensat(AT_FDCWD, Path(name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  ASSERT_TRUE(
      CopyWholeTree({.from = Path("from"), .to = Path("to"), .preserve = true}, Never).ok());
  for (const char* name : {"to/sub/other", "to/link", "to/fifo", "to/sub", "to"}) {
    struct stat info;
    ASSERT_EQ(lstat(Path(name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mtim.tv_sec, 2000) << name;
  }
}

TEST_F(CopyTreeTest, NotOverWhatIsThereAndNotIntoItself) {
  MakeTree();
  EXPECT_EQ(CopyWholeTree({.from = Path("from"), .to = Path("from")}, Never).status().code(),
            absl::StatusCode::kAlreadyExists);
  const absl::Status status =
      CopyWholeTree({.from = Path("from"), .to = Path("from/sub/copy")}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("into itself"));
  EXPECT_EQ(CopyWholeTree({.from = Make("file", ""), .to = Path("to")}, Never).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Names(), ElementsAre("file", "from"));
  EXPECT_EQ(List("from").size(), size_t{5});
}

TEST_F(CopyTreeTest, SocketsAreRefusedByName) {
  MakeTree();
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = "from/socket";
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char before[4096];
  ASSERT_NE(getcwd(before, sizeof(before)), nullptr);
  ASSERT_EQ(chdir(Path("").c_str()), 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(chdir(before), 0);
  close(fd);
  const absl::Status status =
      CopyWholeTree({.from = Path("from"), .to = Path("to")}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            absl::StrCat("copy \"", Path("from/socket"), "\": a socket or a device"));
}

}  // namespace
}  // namespace rondo::fs
