// What an atomic write makes of symbolic links, and of files that have lost their names.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/write_file.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// Changes what each fstat of this process finds.
std::function<void(struct stat&)> after_stat;

}  // namespace

// In the place of the C library's.
extern "C" int fstat(int fd, struct stat* info) noexcept {
  const int result = fstatat(fd, "", info, AT_EMPTY_PATH);
  if (result == 0 && after_stat) after_stat(*info);
  return result;
}

namespace rondo::fs {
namespace {

using internal::WriteWholeFile;
using testing::ElementsAre;
using testing::EndsWith;

class ReplaceTargetTest : public Scratch {
 protected:
  static absl::Status Replace(const std::string& path, const std::string& data = "new") {
    return WriteWholeFile({.path = path, .data = data, .atomic = true}, Never);
  }

  void Link(const std::string& leads_to, const std::string& name) const {
    ASSERT_EQ(symlink(leads_to.c_str(), Path(name).c_str()), 0);
  }
};

std::string LinkTo(int fd) { return absl::StrCat("/proc/self/fd/", fd); }

TEST_F(ReplaceTargetTest, ALinkOfProcLeadsToTheNameOfTheFile) {
  const std::string path = Make("file", "old");
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Link(LinkTo(fd), "link");
  EXPECT_EQ(Replace(Path("link")), absl::OkStatus());
  close(fd);
  EXPECT_EQ(Content("file"), "new");
  EXPECT_THAT(Names(), ElementsAre("file", "link"));
}

// Reading the link of an unlinked file in /proc shows its name with " (deleted)" behind it, which
// once made a file of that name.
TEST_F(ReplaceTargetTest, AFileThatHasLostItsNameIsNotReplaced) {
  const std::string path = Make("gone", "old");
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(link(path.c_str(), Path("other").c_str()), 0);
  ASSERT_EQ(unlink(path.c_str()), 0);
  const absl::Status refused = absl::FailedPreconditionError(absl::StrCat(
      "replace \"", LinkTo(fd), "\": leads to a file without a name that another could take"));
  EXPECT_EQ(Replace(LinkTo(fd)), refused);  // It has another name, which nobody knows.
  ASSERT_EQ(unlink(Path("other").c_str()), 0);
  EXPECT_EQ(Replace(LinkTo(fd)), refused);
  EXPECT_THAT(Names(), ElementsAre());
  Make("gone (deleted)", "another");
  EXPECT_EQ(Replace(LinkTo(fd)), refused);
  EXPECT_EQ(Content("gone (deleted)"), "another");
  close(fd);
}

// As /dev/stdout does when the output goes into a pipe.
TEST_F(ReplaceTargetTest, ALinkToAPipeLeadsToNoRegularFile) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Link(LinkTo(ends[1]), "stdout");
  EXPECT_EQ(Replace(Path("stdout")), absl::FailedPreconditionError(absl::StrCat(
                                         "replace \"", Path("stdout"),
                                         "\": not a regular file, which alone can be replaced")));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(ReplaceTargetTest, LinksInASharedDirectoryAreFollowedOnlyWhenTrusted) {
  ASSERT_EQ(mkdir(Path("shared").c_str(), 0700), 0);
  ASSERT_EQ(chmod(Path("shared").c_str(), 01777), 0);
  Link("../made", "shared/link");
  struct {
    const char* what;
    uid_t link, directory;
    bool followed;
  } const kCases[] = {
      {"of the caller", geteuid(), geteuid() + 1, true},
      {"of the directory's owner", geteuid() + 1, geteuid() + 1, true},
      {"of anybody else", geteuid() + 2, geteuid() + 1, false},
  };
  for (const auto& owner : kCases) {
    SCOPED_TRACE(owner.what);
    after_stat = [&](struct stat& info) {
      if (S_ISLNK(info.st_mode)) info.st_uid = owner.link;
      if (S_ISDIR(info.st_mode)) info.st_uid = owner.directory;
    };
    for (const bool dangling : {true, false}) {
      if (dangling) {
        unlink(Path("made").c_str());
      } else {
        Make("made", "old");
      }
      const absl::Status status = Replace(Path("shared/link"));
      if (owner.followed) {
        EXPECT_EQ(status, absl::OkStatus());
        EXPECT_EQ(Content("made"), "new");
      } else {
        EXPECT_EQ(status, absl::PermissionDeniedError(absl::StrCat("open \"", Path("shared/link"),
                                                                   "\": Permission denied")));
        EXPECT_EQ(Content("made"), dangling ? "(none)" : "old");
      }
    }
    after_stat = nullptr;
  }
}

TEST_F(ReplaceTargetTest, InADirectoryOfOnesOwnAnybodysLinkIsFollowed) {
  for (const mode_t mode : {0700, 0777, 01700}) {
    ASSERT_EQ(chmod(Path("").c_str(), mode), 0);
    Link("made", "link");
    after_stat = [&](struct stat& info) {
      if (S_ISLNK(info.st_mode)) info.st_uid = geteuid() + 1;
    };
    EXPECT_EQ(Replace(Path("link")), absl::OkStatus());
    after_stat = nullptr;
    unlink(Path("link").c_str());
  }
}

// The file is another one each time that somebody has replaced it.
TEST_F(ReplaceTargetTest, ManyMayReplaceAFileThroughALinkAtOnce) {
  Make("file", "old");
  Link("file", "link");
  const auto replace = [&] {
    for (int i = 0; i < 200; ++i) ASSERT_EQ(Replace(Path("link")), absl::OkStatus());
  };
  std::thread other(replace);
  replace();
  other.join();
  EXPECT_THAT(Names(), ElementsAre("file", "link"));
}

TEST_F(ReplaceTargetTest, LinksThatLeadNowhereNameTheRequestsPath) {
  Link("no/file", "link");
  EXPECT_EQ(Replace(Path("link")), absl::NotFoundError(absl::StrCat(
                                       "open \"", Path("link"), "\": No such file or directory")));
  ASSERT_EQ(mkdir(Path("sub").c_str(), 0700), 0);
  Link("sub/", "directory");
  EXPECT_THAT(Replace(Path("directory")).message(), EndsWith("/directory\": Is a directory"));
}

TEST_F(ReplaceTargetTest, TheDirectoryMustBeReadable) {
  const std::string directory = Path("locked");
  ASSERT_EQ(mkdir(directory.c_str(), 0300), 0);
  const OrdinaryUser user;
  EXPECT_EQ(Replace(directory + "/file"),
            absl::PermissionDeniedError(
                absl::StrCat("open the directory of \"", directory, "/file\": Permission denied")));
  ASSERT_EQ(chmod(directory.c_str(), 0700), 0);  // An ordinary user could not remove it else.
}

}  // namespace
}  // namespace rondo::fs
