// What is particular to an atomic write; the rest of its promises stand in write_file_test.cc.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/write_file.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// Called before each fsync of this process, which fails with the errno that it returns.
std::function<int(int fd)> before_sync;

// Changes what each fstat of this process finds.
std::function<void(struct stat&)> after_stat;

// What each fchown of this process does, which fails with the errno that it returns.
std::function<int(uid_t uid, gid_t gid)> instead_of_chown;

}  // namespace

// In the place of the C library's.
extern "C" int fstat(int fd, struct stat* info) noexcept {
  const int result = fstatat(fd, "", info, AT_EMPTY_PATH);
  if (result == 0 && after_stat) after_stat(*info);
  return result;
}
extern "C" int fchown(int fd, uid_t uid, gid_t gid) noexcept {
  if (!instead_of_chown) return static_cast<int>(syscall(SYS_fchown, fd, uid, gid));
  const int error = instead_of_chown(uid, gid);
  if (error != 0) errno = error;
  return error == 0 ? 0 : -1;
}
extern "C" int fsync(int fd) {
  if (before_sync) {
    if (const int error = before_sync(fd); error != 0) {
      errno = error;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace rondo::fs {
namespace {

using internal::WriteWholeFile;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class ReplaceFileTest : public Scratch {
 protected:
  // The path of the temporary file, or "".
  std::string TempPath() const {
    for (const std::string& name : Names()) {
      if (absl::StartsWith(name, ".rondo-") && absl::EndsWith(name, ".tmp")) return Path(name);
    }
    return "";
  }
};

struct stat StatOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info;
}

// While it lives, a file belongs to somebody else: really where this process may give files away,
// and elsewhere (an ordinary user, a container) as far as fstat and fchown tell.
class GivenAway {
 public:
  GivenAway(const std::string& path, uid_t uid, gid_t gid) {
    if (chown(path.c_str(), uid, gid) == 0) return;
    after_stat = [inode = StatOf(path).st_ino, uid, gid](struct stat& info) {
      if (info.st_ino == inode) std::tie(info.st_uid, info.st_gid) = std::pair(uid, gid);
    };
    instead_of_chown = [this](uid_t uid, gid_t gid) {
      given_to_ = {uid, gid};
      return may_give_ ? 0 : EPERM;
    };
  }
  ~GivenAway() {
    after_stat = nullptr;
    instead_of_chown = nullptr;
  }

  // From now on the pretended kernel refuses, as the real one refuses an ordinary user.
  void Refuse() { may_give_ = false; }

  // Whom the file that is now at `path` belongs to.
  std::pair<uid_t, gid_t> OwnerOf(const std::string& path) const {
    if (instead_of_chown) return given_to_;
    return {StatOf(path).st_uid, StatOf(path).st_gid};
  }

 private:
  bool may_give_ = true;
  std::pair<uid_t, gid_t> given_to_;
};

// Of this process.
std::vector<gid_t> Groups() {
  std::vector<gid_t> groups(static_cast<size_t>(getgroups(0, nullptr)));
  CHECK_GE(getgroups(static_cast<int>(groups.size()), groups.data()), 0);
  groups.push_back(getegid());
  return groups;
}

// Kills a process that keeps replacing the file, and looks at what is left.
class KilledWriterTest : public ReplaceFileTest {
 protected:
  const std::string old_content_ = std::string(300000, 'o');
  const std::string new_content_ = std::string(1500000, 'n');

  // The child runs `f` until it is killed.
  template <typename F>
  static pid_t Fork(F f) {
    const pid_t child = fork();
    CHECK_NE(child, -1);
    if (child == 0) {
      f();
      _exit(1);  // Not reached.
    }
    return child;
  }

  static void AwaitKilled(pid_t child) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }

  // Returns which content was found, 'o' or 'n'.
  char CheckWhole() {
    const std::string content = Content("file");
    EXPECT_TRUE(content == old_content_ || content == new_content_) << content.size() << " bytes";
    EXPECT_EQ(StatOf(Path("file")).st_mode & 07777, mode_t{0640});
    if (const std::string temp = TempPath(); !temp.empty()) {
      EXPECT_EQ(StatOf(temp).st_mode & 0077, mode_t{0040} & StatOf(temp).st_mode);
      unlink(temp.c_str());
    }
    EXPECT_THAT(Names(), ElementsAre("file"));
    return content.front();
  }
};

TEST_F(KilledWriterTest, F1_KilledAtEveryQuestionItAsks) {
  const std::string path = Make("file", old_content_);
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  // A question before each of the two writes, and one before the rename.
  for (int instant = 1; instant <= 3; ++instant) {
    AwaitKilled(Fork([&] {
      int asked = 0;
      const auto die = [&] {
        if (++asked == instant) kill(getpid(), SIGKILL);
        return false;
      };
      WriteWholeFile({.path = path, .data = new_content_, .atomic = true}, die).IgnoreError();
    }));
    EXPECT_NE(TempPath(), "") << "the writer was killed before it began, or after its end";
    EXPECT_EQ(CheckWhole(), 'o');
  }
}

TEST_F(KilledWriterTest, F1_KilledAtAnyInstant) {
  const std::string path = Make("file", old_content_);
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    int began[2];
    ASSERT_EQ(pipe(began), 0);
    const pid_t child = Fork([&] {
      for (bool fresh = true;; fresh = !fresh) {
        CHECK_EQ(write(began[1], "", 1), 1);
        CHECK_OK(WriteWholeFile(
            {.path = path, .data = fresh ? new_content_ : old_content_, .atomic = true}, Never));
      }
    });
    // Some time into one of its first writes: so long as some reads of the file take.
    char byte;
    for (size_t writes = 1 + random() % 3; writes > 0; --writes) {
      ASSERT_EQ(read(began[0], &byte, 1), 1);
    }
    for (size_t reads = random() % 40; reads > 0; --reads) StatOf(path);
    for (size_t reads = random() % 8; reads > 0; --reads) {
      const std::string content = Content("file");
      ASSERT_TRUE(content == old_content_ || content == new_content_);
    }
    kill(child, SIGKILL);
    AwaitKilled(child);
    CheckWhole();
    close(began[0]);
    close(began[1]);
  }
}

TEST_F(ReplaceFileTest, F1_TheOldContentStandsUntilTheNewIsWhole) {
  const std::string path = Make("file", "old");
  int asked = 0;
  const auto check = [&] {
    ++asked;
    EXPECT_EQ(Content("file"), "old");
    return false;
  };
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "new", .atomic = true}, check), absl::OkStatus());
  EXPECT_GE(asked, 2);
  EXPECT_EQ(Content("file"), "new");
}

// The order that a power failure cannot turn into an empty file.
TEST_F(ReplaceFileTest, F1_TheNewContentIsOnTheDiskBeforeItIsRenamedAndTheNameAfterwards) {
  const std::string path = Make("file", "old");
  std::vector<std::string> syncs;
  before_sync = [&](int fd) {
    struct stat info;
    EXPECT_EQ(fstat(fd, &info), 0);
    const std::string what =
        S_ISDIR(info.st_mode) ? "directory" : absl::StrCat(info.st_size, " bytes");
    syncs.push_back(absl::StrCat(what, " while the file reads ", Content("file")));
    return 0;
  };
  const absl::Status status =
      WriteWholeFile({.path = path, .data = "content", .atomic = true}, Never);
  before_sync = nullptr;
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_THAT(syncs, ElementsAre("7 bytes while the file reads old",
                                 "directory while the file reads content"));
}

TEST_F(ReplaceFileTest, F1_ADiskThatFailsLeavesTheOldContent) {
  const std::string path = Make("file", "old");
  before_sync = [](int) { return EIO; };
  const absl::Status status = WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never);
  before_sync = nullptr;
  EXPECT_EQ(status.message(), absl::StrCat("sync \"", path, "\": Input/output error"));
  EXPECT_EQ(Content("file"), "old");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(ReplaceFileTest, F1_ADirectoryThatCannotBeSyncedLeavesTheNewContentAndSaysSo) {
  const std::string path = Make("file", "old");
  for (const bool exclusive : {false, true}) {
    if (exclusive) ASSERT_EQ(unlink(path.c_str()), 0);
    before_sync = [](int fd) {
      struct stat info;
      EXPECT_EQ(fstat(fd, &info), 0);
      return S_ISDIR(info.st_mode) ? EIO : 0;
    };
    const absl::Status status = WriteWholeFile(
        {.path = path, .data = "new", .exclusive = exclusive, .atomic = true}, Never);
    before_sync = nullptr;
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message(),
              absl::StrCat("replaced, but maybe not durable: sync the directory of \"", path,
                           "\": Input/output error"));
    EXPECT_EQ(Content("file"), "new");
    EXPECT_THAT(Names(), ElementsAre("file"));
  }
}

TEST_F(ReplaceFileTest, ADirectoryWithNothingToSyncIsNoFailure) {
  const std::string path = Make("file", "old");
  before_sync = [](int fd) {
    struct stat info;
    EXPECT_EQ(fstat(fd, &info), 0);
    return S_ISDIR(info.st_mode) ? EINVAL : 0;
  };
  const absl::Status status = WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never);
  before_sync = nullptr;
  EXPECT_EQ(status, absl::OkStatus());
}

TEST_F(ReplaceFileTest, F1_KeepsTheOwner) {
  const std::pair<uid_t, gid_t> kOwners[] = {{1234, 4321}, {1234, getegid()}, {geteuid(), 4321}};
  for (const auto& [uid, gid] : kOwners) {
    const std::string path = Make("file", "old");
    const GivenAway file(path, uid, gid);
    ASSERT_EQ(chmod(path.c_str(), 06751), 0);
    EXPECT_EQ(WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never),
              absl::OkStatus());
    EXPECT_EQ(Content("file"), "new");
    EXPECT_EQ(file.OwnerOf(path), std::pair(uid, gid));
    EXPECT_EQ(StatOf(path).st_mode & 07777, mode_t{06751});
  }
}

// What an ordinary user really may: to give a file to another group of his own.
TEST_F(ReplaceFileTest, F1_KeepsTheGroup) {
  for (const gid_t group : Groups()) {
    const std::string path = Make("file", "old");
    ASSERT_EQ(chown(path.c_str(), geteuid(), group), 0);
    const OrdinaryUser user;
    EXPECT_EQ(WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never),
              absl::OkStatus());
    EXPECT_EQ(StatOf(path).st_gid, group);
  }
}

TEST_F(ReplaceFileTest, F1_FailsRatherThanChangeTheOwner) {
  const std::string path = Make("file", "old");
  GivenAway file(path, 1234, 4321);
  file.Refuse();
  const OrdinaryUser user;
  const absl::Status status = WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(status.message(),
            absl::StrCat("keep the owner of \"", path, "\": Operation not permitted"));
  EXPECT_EQ(Content("file"), "old");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(ReplaceFileTest, NobodyElseReadsTheTemporaryFile) {
  const std::string path = Make("file", "old");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const auto check = [&] {
    EXPECT_EQ(StatOf(TempPath()).st_mode & 0777, mode_t{0600});
    return false;
  };
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "new", .mode = 0666, .atomic = true}, check),
            absl::OkStatus());
}

TEST_F(ReplaceFileTest, AFailureRemovesTheTemporaryFile) {
  const std::string path = Make("file", "old");
  absl::Status status;
  {
    const FileSizeLimit limit(4096);
    status = WriteWholeFile({.path = path, .data = std::string(5000, 'x'), .atomic = true}, Never);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_EQ(Content("file"), "old");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(ReplaceFileTest, ACallerWhoStopsFindsTheOldContent) {
  const std::string path = Make("file", "old");
  for (int instant = 1; instant <= 3; ++instant) {
    int asked = 0;
    const absl::Status status =
        WriteWholeFile({.path = path, .data = std::string(1500000, 'n'), .atomic = true},
                       [&] { return ++asked == instant; });
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
    EXPECT_EQ(Content("file"), "old");
    EXPECT_THAT(Names(), ElementsAre("file"));
  }
}

TEST_F(ReplaceFileTest, ExclusiveDoesNotReplaceWhatCameMeanwhile) {
  const std::string path = Path("file");
  const auto intrude = [&] {
    Make("file", "theirs");
    return false;
  };
  const absl::Status status =
      WriteWholeFile({.path = path, .data = "ours", .exclusive = true, .atomic = true}, intrude);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), absl::StrCat("replace \"", path, "\": File exists"));
  EXPECT_EQ(Content("file"), "theirs");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(ReplaceFileTest, OtherHardLinksKeepTheOldContent) {
  const std::string path = Make("file", "old");
  ASSERT_EQ(link(path.c_str(), Path("other").c_str()), 0);
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "new", .atomic = true}, Never), absl::OkStatus());
  EXPECT_EQ(Content("file"), "new");
  EXPECT_EQ(Content("other"), "old");
}

TEST_F(ReplaceFileTest, OnlyRegularFilesAreReplaced) {
  absl::Status status = WriteWholeFile({.path = "/dev/null", .atomic = true}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("\"/dev/null\": not a regular file"));
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  status = WriteWholeFile({.path = Path("fifo"), .atomic = true}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(Names(), ElementsAre("fifo"));
}

TEST_F(ReplaceFileTest, ContradictsKeepingTheOldRest) {
  const absl::Status status =
      WriteWholeFile({.path = Path("file"), .truncate = false, .atomic = true}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("but truncate is false"));
}

TEST_F(ReplaceFileTest, ARelativePath) {
  char before[4096];
  ASSERT_NE(getcwd(before, sizeof(before)), nullptr);
  ASSERT_EQ(chdir(Path("").c_str()), 0);
  EXPECT_EQ(WriteWholeFile({.path = "file", .data = "x", .atomic = true}, Never), absl::OkStatus());
  ASSERT_EQ(symlink("file", "link"), 0);
  EXPECT_EQ(WriteWholeFile({.path = "link", .data = "y", .atomic = true}, Never), absl::OkStatus());
  ASSERT_EQ(chdir(before), 0);
  EXPECT_EQ(Content("file"), "y");
  EXPECT_THAT(Names(), ElementsAre("file", "link"));
}

TEST_F(ReplaceFileTest, F5_CloseOnExec) {
  const std::string path = Path("file");
  const std::string directory = Path("").substr(0, Path("").size() - 1);
  int asked = 0;
  const auto check = [&] {
    if (++asked > 1) return false;  // Before the rename the temporary file is closed.
    EXPECT_TRUE(OpenAndCloseOnExec(TempPath()));
    EXPECT_TRUE(OpenAndCloseOnExec(directory));
    return false;
  };
  EXPECT_EQ(WriteWholeFile({.path = path, .data = "x", .atomic = true}, check), absl::OkStatus());
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace rondo::fs
