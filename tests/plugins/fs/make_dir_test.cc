#include "plugins/fs/make_dir.h"

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

using internal::MakeDirectory;
using internal::MakeTempDirectory;
using testing::HasSubstr;
using testing::StartsWith;

using MakeDirTest = Scratch;

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) ? info.st_mode & 07777 : 0;
}

TEST_F(MakeDirTest, WithAModeLessTheUmask) {
  const mode_t before = umask(022);
  EXPECT_EQ(MakeDirectory({.path = Path("a")}), absl::OkStatus());
  EXPECT_EQ(MakeDirectory({.path = Path("b"), .mode = 0770}), absl::OkStatus());
  EXPECT_EQ(MakeDirectory({.path = Path("c/d"), .mode = 0700, .parents = true}), absl::OkStatus());
  umask(before);
  EXPECT_EQ(ModeOf(Path("a")), mode_t{0755});
  EXPECT_EQ(ModeOf(Path("b")), mode_t{0750});
  EXPECT_EQ(ModeOf(Path("c")), mode_t{0755});
  EXPECT_EQ(ModeOf(Path("c/d")), mode_t{0700});
}

TEST_F(MakeDirTest, WhatIsThereAlready) {
  const std::string path = Path("a");
  ASSERT_EQ(MakeDirectory({.path = path}), absl::OkStatus());
  const absl::Status status = MakeDirectory({.path = path});
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), absl::StrCat("mkdir \"", path, "\": File exists"));
  EXPECT_EQ(MakeDirectory({.path = path, .parents = true}), absl::OkStatus());
  EXPECT_EQ(MakeDirectory({.path = Make("file", ""), .parents = true}).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(MakeDirTest, ParentsOnlyWhenAskedFor) {
  EXPECT_EQ(MakeDirectory({.path = Path("a/b")}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MakeDirectory({.path = Path("a//b/./c/"), .parents = true}), absl::OkStatus());
  EXPECT_NE(ModeOf(Path("a/b/c")), mode_t{0});
  Make("file", "");
  const absl::Status status = MakeDirectory({.path = Path("file/b/c"), .parents = true});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(MakeDirectory({.path = "", .parents = true}).code(), absl::StatusCode::kNotFound);
}

TEST_F(MakeDirTest, ThroughDirectoriesOfOthers) {
  const OrdinaryUser user;
  EXPECT_EQ(MakeDirectory({.path = Path("a/b"), .parents = true}), absl::OkStatus());
  EXPECT_EQ(MakeDirectory({.path = "/proc/here", .parents = true}).ok(), false);
}

TEST_F(MakeDirTest, NoMoreThanPermissions) {
  EXPECT_EQ(MakeDirectory({.path = Path("a"), .mode = 0100777}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(MakeDirTest, TemporaryOnesDifferAndArePrivate) {
  const std::string prefix = Path("tmp-");
  const std::string one = MakeTempDirectory({.prefix = prefix}).value();
  const std::string two = MakeTempDirectory({.prefix = prefix}).value();
  EXPECT_NE(one, two);
  EXPECT_THAT(one, StartsWith(prefix));
  EXPECT_EQ(ModeOf(one), mode_t{0700});
  const absl::Status status = MakeTempDirectory({.prefix = Path("none/x")}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("none/xXXXXXX\""));
}

}  // namespace
}  // namespace rondo::fs
