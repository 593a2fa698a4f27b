#include "plugins/fs/rename.h"

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::RenameFile;
using testing::ElementsAre;
using testing::HasSubstr;

using RenameTest = Scratch;

TEST_F(RenameTest, ReplacesUnlessTold) {
  Make("a", "a");
  Make("b", "b");
  absl::Status status = RenameFile({.from = Path("a"), .to = Path("b"), .replace = false});
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(),
            absl::StrCat("rename \"", Path("a"), "\" to \"", Path("b"), "\": File exists"));
  EXPECT_EQ(Content("b"), "b");
  EXPECT_EQ(RenameFile({.from = Path("a"), .to = Path("b")}), absl::OkStatus());
  EXPECT_EQ(Content("b"), "a");
  EXPECT_THAT(Names(), ElementsAre("b"));
  EXPECT_EQ(RenameFile({.from = Path("b"), .to = Path("c"), .replace = false}), absl::OkStatus());
  EXPECT_THAT(Names(), ElementsAre("c"));
}

TEST_F(RenameTest, Exchanges) {
  Make("a", "a");
  Make("b", "b");
  EXPECT_EQ(RenameFile({.from = Path("a"), .to = Path("b"), .exchange = true}), absl::OkStatus());
  EXPECT_EQ(Content("a"), "b");
  EXPECT_EQ(Content("b"), "a");
  EXPECT_EQ(RenameFile({.from = Path("a"), .to = Path("c"), .exchange = true}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(
      RenameFile({.from = Path("a"), .to = Path("b"), .replace = false, .exchange = true}).code(),
      absl::StatusCode::kInvalidArgument);
}

TEST_F(RenameTest, Errors) {
  ASSERT_EQ(mkdir(Path("dir").c_str(), 0700), 0);
  Make("dir/file", "");
  EXPECT_EQ(RenameFile({.from = Path("none"), .to = Path("x")}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(RenameFile({.from = Path("dir"), .to = Path("dir/sub")}).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(mkdir(Path("other").c_str(), 0700), 0);
  EXPECT_EQ(RenameFile({.from = Path("other"), .to = Path("dir")}).code(),
            absl::StatusCode::kFailedPrecondition);
  const absl::Status status = RenameFile({.from = Make("file", ""), .to = "/proc/file"});
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("to \"/proc/file\": "));
  EXPECT_THAT(Names(), ElementsAre("dir", "file", "other"));
}

}  // namespace
}  // namespace rondo::fs
