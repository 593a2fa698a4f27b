#include "plugins/fs/access.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::CheckAccess;
using internal::LookWhetherThere;

using AccessTest = Scratch;

TEST_F(AccessTest, SaysWhatModesSay) {
  const OrdinaryUser user;
  const std::string path = Make("file", "x");
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(CheckAccess({.path = path}), absl::OkStatus());
  EXPECT_EQ(CheckAccess({.path = path, .read = true}), absl::OkStatus());
  const absl::Status status = CheckAccess({.path = path, .read = true, .write = true});
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(status.message(), absl::StrCat("access \"", path, "\": Permission denied"));
  EXPECT_FALSE(CheckAccess({.path = path, .execute = true}).ok());
  EXPECT_EQ(CheckAccess({.path = Path("none")}).code(), absl::StatusCode::kNotFound);
}

TEST_F(AccessTest, ExistsFollowsLinks) {
  Make("file", "x");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  ASSERT_EQ(symlink("nowhere", Path("dangling").c_str()), 0);
  EXPECT_EQ(LookWhetherThere({.path = Path("file")}).value(), true);
  EXPECT_EQ(LookWhetherThere({.path = Path("link")}).value(), true);
  EXPECT_EQ(LookWhetherThere({.path = Path("dangling")}).value(), false);
  EXPECT_EQ(LookWhetherThere({.path = Path("none/below")}).value(), false);
  EXPECT_EQ(LookWhetherThere({.path = Path("file/below")}).value(), false);
}

TEST_F(AccessTest, WhatCannotBeSeenIsNoAnswer) {
  const std::string directory = Path("closed");
  ASSERT_EQ(mkdir(directory.c_str(), 0), 0);
  {
    const OrdinaryUser user;
    EXPECT_EQ(LookWhetherThere({.path = directory + "/file"}).status().code(),
              absl::StatusCode::kPermissionDenied);
  }
  ASSERT_EQ(chmod(directory.c_str(), 0700), 0);
}

}  // namespace
}  // namespace rondo::fs
