#include "plugins/fs/remove.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::RemoveOne;
using internal::RemoveTree;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

class RemoveTest : public Scratch {
 protected:
  void MakeDir(const std::string& name) { ASSERT_EQ(mkdir(Path(name).c_str(), 0700), 0); }
};

TEST_F(RemoveTest, FilesLinksAndEmptyDirectories) {
  Make("file", "x");
  MakeDir("dir");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  EXPECT_EQ(RemoveOne({.path = Path("link")}), absl::OkStatus());
  EXPECT_EQ(RemoveOne({.path = Path("dir")}), absl::OkStatus());
  EXPECT_THAT(Names(), ElementsAre("file"));
  EXPECT_EQ(RemoveOne({.path = Path("file")}), absl::OkStatus());
  EXPECT_THAT(Names(), IsEmpty());
  const absl::Status status = RemoveOne({.path = Path("file")});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            absl::StrCat("remove \"", Path("file"), "\": No such file or directory"));
}

TEST_F(RemoveTest, NotADirectoryWithSomethingInIt) {
  MakeDir("dir");
  Make("dir/file", "x");
  const absl::Status status = RemoveOne({.path = Path("dir")});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), EndsWith("Directory not empty"));
  EXPECT_EQ(Content("dir/file"), "x");
}

TEST_F(RemoveTest, InAReadOnlyDirectory) {
  MakeDir("dir");
  const std::string path = Make("dir/file", "x");
  ASSERT_EQ(chmod(Path("dir").c_str(), 0500), 0);
  {
    const OrdinaryUser user;
    EXPECT_EQ(RemoveOne({.path = path}).code(), absl::StatusCode::kPermissionDenied);
    const absl::Status status = RemoveTree({.path = Path("dir")}, Never).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(status.message(), absl::StrCat("remove \"", path, "\": Permission denied"));
  }
  ASSERT_EQ(chmod(Path("dir").c_str(), 0700), 0);
}

TEST_F(RemoveTest, AWholeTreeIsCounted) {
  MakeDir("top");
  MakeDir("top/sub");
  Make("top/sub/file", "x");
  Make("top/file", "x");
  ASSERT_EQ(mkfifo(Path("top/fifo").c_str(), 0600), 0);
  EXPECT_EQ(RemoveTree({.path = Path("top/")}, Never).value(), 5);
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_EQ(RemoveTree({.path = Path("top")}, Never).value(), 0);
  EXPECT_EQ(RemoveTree({.path = Make("file", "")}, Never).value(), 1);
  EXPECT_EQ(RemoveTree({.path = ""}, Never).value(), 0);
}

TEST_F(RemoveTest, LinksAreNotFollowed) {
  MakeDir("outside");
  Make("outside/file", "keep");
  MakeDir("top");
  ASSERT_EQ(symlink("../outside", Path("top/link").c_str()), 0);
  ASSERT_EQ(symlink("outside", Path("link").c_str()), 0);
  EXPECT_EQ(RemoveTree({.path = Path("top")}, Never).value(), 2);
  // With a slash the kernel would follow it.
  EXPECT_EQ(RemoveTree({.path = Path("link/")}, Never).value(), 1);
  EXPECT_EQ(Content("outside/file"), "keep");
  EXPECT_THAT(Names(), ElementsAre("outside"));
}

TEST_F(RemoveTest, ADirectoryExchangedForALinkIsNotFollowed) {
  MakeDir("outside");
  Make("outside/file", "keep");
  MakeDir("top");
  MakeDir("top/sub");
  Make("top/sub/file", "x");
  const auto exchange = [&] {
    rename(Path("top/sub").c_str(), Path("moved").c_str());
    symlink("../outside", Path("top/sub").c_str());
    return false;
  };
  EXPECT_EQ(RemoveTree({.path = Path("top")}, exchange).value(), 2);
  EXPECT_EQ(Content("outside/file"), "keep");
}

TEST_F(RemoveTest, WhatOthersRemoveMeanwhileIsNoFailure) {
  MakeDir("top");
  for (int i = 0; i < 20; ++i) Make(absl::StrCat("top/", i), "");
  int asked = 0;
  const auto race = [&] {
    unlink(Path(absl::StrCat("top/", asked++)).c_str());
    return false;
  };
  absl::StatusOr<int64_t> removed = RemoveTree({.path = Path("top")}, race);
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_LT(*removed, 21);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(RemoveTest, NeverAllThereIs) {
  for (const char* path : {"/", "//", ".", "..", "a/..", "/tmp/.", "./"}) {
    EXPECT_EQ(RemoveTree({.path = path}, [] { return true; }).status().code(),
              absl::StatusCode::kInvalidArgument)
        << path;
  }
}

TEST_F(RemoveTest, StopsWhenNobodyWaits) {
  MakeDir("top");
  for (int i = 0; i < 10; ++i) Make(absl::StrCat("top/", i), "");
  int asked = 0;
  EXPECT_EQ(RemoveTree({.path = Path("top")}, [&] { return ++asked == 4; }).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(RemoveTree({.path = Path("top")}, Never).value(), 8);
}

}  // namespace
}  // namespace rondo::fs
