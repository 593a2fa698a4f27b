#include "plugins/fs/link.h"

#include <sys/stat.h>

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

using internal::MakeLink;
using internal::MakeSymlink;
using internal::ReadSymlink;
using internal::ResolvePath;
using testing::EndsWith;

using LinkTest = Scratch;

TEST_F(LinkTest, AHardLinkIsTheSameFile) {
  const std::string path = Make("a", "x");
  EXPECT_EQ(MakeLink({.target = path, .path = Path("b")}), absl::OkStatus());
  EXPECT_EQ(internal::LookUp({.path = path}).value().inode,
            internal::LookUp({.path = Path("b")}).value().inode);
  const absl::Status status = MakeLink({.target = path, .path = Path("b")});
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(),
            absl::StrCat("link \"", path, "\" to \"", Path("b"), "\": File exists"));
  ASSERT_EQ(mkdir(Path("dir").c_str(), 0700), 0);
  EXPECT_EQ(MakeLink({.target = Path("dir"), .path = Path("c")}).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(LinkTest, ASymbolicLinkIsReadAsItWasWritten) {
  for (const std::string& target :
       {std::string("nowhere"), std::string("../a b\n\xff"), std::string(4000, 'x')}) {
    const std::string path = Path(absl::StrCat("link", target.size()));
    EXPECT_EQ(MakeSymlink({.target = target, .path = path}), absl::OkStatus());
    EXPECT_EQ(ReadSymlink({.path = path}).value(), target);
  }
  EXPECT_EQ(MakeSymlink({.target = "x", .path = Path("link7")}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(MakeSymlink({.target = "", .path = Path("empty")}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadSymlink({.path = Make("file", "")}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadSymlink({.path = Path("none")}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LinkTest, TheRealPath) {
  ASSERT_EQ(mkdir(Path("dir").c_str(), 0700), 0);
  Make("dir/file", "");
  ASSERT_EQ(MakeSymlink({.target = "dir", .path = Path("link")}), absl::OkStatus());
  const std::string real = ResolvePath({.path = Path("link/../link/./file")}).value();
  EXPECT_EQ(real, ResolvePath({.path = Path("dir/file")}).value());
  EXPECT_THAT(real, EndsWith("/dir/file"));
  EXPECT_EQ(ResolvePath({.path = Path("none")}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LinkTest, LinksThatLeadInACircle) {
  ASSERT_EQ(MakeSymlink({.target = "b", .path = Path("a")}), absl::OkStatus());
  ASSERT_EQ(MakeSymlink({.target = "a", .path = Path("b")}), absl::OkStatus());
  EXPECT_EQ(ResolvePath({.path = Path("a")}).status().message(),
            absl::StrCat("realpath \"", Path("a"), "\": Too many levels of symbolic links"));
}

}  // namespace
}  // namespace rondo::fs
