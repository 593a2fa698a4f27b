#include "plugins/fs/attributes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::ChangeMode;
using internal::ChangeOwner;
using internal::ChangeTimes;
using internal::LookUp;

using AttributesTest = Scratch;

TEST_F(AttributesTest, Modes) {
  const std::string path = Make("file", "");
  EXPECT_EQ(ChangeMode({.path = path, .mode = 0604}), absl::OkStatus());
  EXPECT_EQ(LookUp({.path = path}).value().mode, 0604u);
  EXPECT_EQ(ChangeMode({.path = path, .mode = 010000}).code(), absl::StatusCode::kInvalidArgument);
  const absl::Status status = ChangeMode({.path = Path("none"), .mode = 0600});
  EXPECT_EQ(status.message(),
            absl::StrCat("chmod \"", Path("none"), "\": No such file or directory"));
}

TEST_F(AttributesTest, Owners) {
  const std::string path = Make("file", "");
  // To whom it belongs already, it may always be given.
  EXPECT_EQ(ChangeOwner({.path = path, .uid = geteuid()}), absl::OkStatus());
  EXPECT_EQ(ChangeOwner({.path = path, .gid = getegid()}), absl::OkStatus());
  EXPECT_EQ(ChangeOwner({.path = path}), absl::OkStatus());
  ASSERT_EQ(symlink("nowhere", Path("link").c_str()), 0);
  EXPECT_EQ(ChangeOwner({.path = Path("link"), .uid = geteuid()}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ChangeOwner({.path = Path("link"), .uid = geteuid(), .follow_symlinks = false}),
            absl::OkStatus());
  const OrdinaryUser user;
  const absl::Status status = ChangeOwner({.path = path, .uid = geteuid() + 1});
  // In a user namespace there may be no such user.
  EXPECT_THAT(status.code(), testing::AnyOf(absl::StatusCode::kPermissionDenied,
                                            absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status.message(), testing::StartsWith(absl::StrCat("chown \"", path, "\": ")));
}

TEST_F(AttributesTest, TimesOfWhichOneStays) {
  const std::string path = Make("file", "");
  const absl::Time access = absl::FromUnixNanos(1'000'000'000'000'000'001);
  const absl::Time modify = absl::FromUnixSeconds(-5) + absl::Nanoseconds(7);
  EXPECT_EQ(ChangeTimes({.path = path, .access_time = access, .modify_time = modify}),
            absl::OkStatus());
  EXPECT_EQ(LookUp({.path = path}).value().modify_time, modify);
  EXPECT_EQ(ChangeTimes({.path = path, .modify_time = access}), absl::OkStatus());
  EXPECT_EQ(LookUp({.path = path}).value().access_time, access);
  EXPECT_EQ(LookUp({.path = path}).value().modify_time, access);
  EXPECT_EQ(ChangeTimes({.path = path, .modify_time = absl::InfiniteFuture()}).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(symlink("nowhere", Path("link").c_str()), 0);
  EXPECT_EQ(ChangeTimes({.path = Path("link"), .modify_time = access, .follow_symlinks = false}),
            absl::OkStatus());
  EXPECT_EQ(internal::LookUpLink({.path = Path("link")}).value().modify_time, access);
}

}  // namespace
}  // namespace rondo::fs
