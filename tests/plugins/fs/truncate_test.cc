#include "plugins/fs/truncate.h"

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::SetSize;

using TruncateTest = Scratch;

TEST_F(TruncateTest, CutsAndGrows) {
  const std::string path = Make("file", "content");
  EXPECT_EQ(SetSize({.path = path, .size = 4}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "cont");
  EXPECT_EQ(SetSize({.path = path, .size = 6}), absl::OkStatus());
  EXPECT_EQ(Content("file"), std::string("cont\0\0", 6));
  EXPECT_EQ(SetSize({.path = path, .size = int64_t{5} << 30}), absl::OkStatus());
  EXPECT_EQ(internal::LookUp({.path = path}).value().size, int64_t{5} << 30);
}

TEST_F(TruncateTest, Errors) {
  const std::string path = Make("file", "content");
  const absl::Status status = SetSize({.path = path, .size = -1});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), absl::StrCat("truncate \"", path, "\": Invalid argument"));
  EXPECT_EQ(SetSize({.path = Path("none")}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SetSize({.path = Path("")}).code(), absl::StatusCode::kFailedPrecondition);
  {
    const FileSizeLimit limit(4096);
    EXPECT_EQ(SetSize({.path = path, .size = 5000}).code(), absl::StatusCode::kOutOfRange);
  }
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  const OrdinaryUser user;
  EXPECT_EQ(SetSize({.path = path}).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Content("file"), "content");
}

}  // namespace
}  // namespace rondo::fs
