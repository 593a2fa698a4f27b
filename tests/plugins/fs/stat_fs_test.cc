#include "plugins/fs/stat_fs.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::LookUpFs;
using internal::SyncFs;

using StatFsTest = Scratch;

TEST_F(StatFsTest, WhatIsThere) {
  absl::StatusOr<FsInfo> info = LookUpFs({.path = Path("")});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_GT(info->total_bytes, 0);
  EXPECT_GE(info->total_bytes, info->free_bytes);
  EXPECT_GE(info->free_bytes, info->available_bytes);
  EXPECT_GT(info->block_bytes, 0);
  EXPECT_GE(info->max_name_bytes, 255);
  EXPECT_FALSE(info->read_only);
  constexpr uint64_t kProc = 0x9fa0;
  EXPECT_EQ(LookUpFs({.path = "/proc"}).value().type, kProc);
}

TEST_F(StatFsTest, Errors) {
  EXPECT_EQ(LookUpFs({.path = Path("none")}).status().message(),
            absl::StrCat("statfs \"", Path("none"), "\": No such file or directory"));
  EXPECT_EQ(SyncFs({.path = Path("none")}).code(), absl::StatusCode::kNotFound);
}

TEST_F(StatFsTest, Syncs) { EXPECT_EQ(SyncFs({.path = Path("")}), absl::OkStatus()); }

}  // namespace
}  // namespace rondo::fs
