#include "plugins/fs/walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::ListTree;
using testing::ElementsAre;
using testing::EndsWith;

class WalkTest : public Scratch {
 protected:
  void MakeDir(const std::string& name) { ASSERT_EQ(mkdir(Path(name).c_str(), 0700), 0); }
  void MakeTree() {
    Make("a", "1");
    MakeDir("sub");
    Make("sub/b", "22");
    MakeDir("sub/deep");
    Make("sub/deep/c", "333");
    MakeDir("empty");
    ASSERT_EQ(symlink("sub", Path("link").c_str()), 0);
  }
};

std::vector<std::string> Sorted(const absl::StatusOr<std::vector<WalkEntry>>& entries) {
  std::vector<std::string> paths;
  for (const WalkEntry& entry : entries.value()) paths.push_back(entry.path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST_F(WalkTest, AllThatIsBelow) {
  MakeTree();
  EXPECT_THAT(Sorted(ListTree({.path = Path("")}, Never)),
              ElementsAre("a", "empty", "link", "sub", "sub/b", "sub/deep", "sub/deep/c"));
}

TEST_F(WalkTest, ADirectoryComesRightBeforeItsEntries) {
  MakeTree();
  const std::vector<WalkEntry> entries = ListTree({.path = Path("")}, Never).value();
  const auto at = [&](const std::string& path) {
    return std::find_if(entries.begin(), entries.end(),
                        [&](const WalkEntry& entry) { return entry.path == path; }) -
           entries.begin();
  };
  const auto first = at("sub");
  for (auto i = first + 1; i <= first + 3; ++i) {
    EXPECT_EQ(entries[static_cast<size_t>(i)].path.substr(0, 4), "sub/");
  }
  EXPECT_LT(at("sub/deep"), at("sub/deep/c"));
}

TEST_F(WalkTest, TypesAndInfo) {
  MakeTree();
  const std::vector<WalkEntry> entries = ListTree({.path = Path(""), .info = true}, Never).value();
  ASSERT_EQ(entries.size(), size_t{7});
  for (const WalkEntry& entry : entries) {
    ASSERT_TRUE(entry.info.has_value());
    EXPECT_EQ(entry.info->type, entry.type);
    if (entry.path == "sub/deep/c") EXPECT_EQ(entry.info->size, 3);
    if (entry.path == "link") EXPECT_EQ(entry.type, FileType::kSymlink);
  }
}

TEST_F(WalkTest, NoDeeperAndNoMoreThanAskedFor) {
  MakeTree();
  EXPECT_THAT(Sorted(ListTree({.path = Path(""), .max_depth = 1}, Never)),
              ElementsAre("a", "empty", "link", "sub"));
  EXPECT_THAT(Sorted(ListTree({.path = Path(""), .max_depth = 2}, Never)),
              ElementsAre("a", "empty", "link", "sub", "sub/b", "sub/deep"));
  EXPECT_EQ(ListTree({.path = Path(""), .max_entries = 7}, Never).value().size(), size_t{7});
  const absl::Status status = ListTree({.path = Path(""), .max_entries = 6}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), EndsWith("more than 6 entries (max_entries)"));
  EXPECT_EQ(ListTree({.path = Path(""), .max_depth = 0}, Never).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(WalkTest, WhatCannotBeReadIsListedWithTheReason) {
  MakeTree();
  ASSERT_EQ(chmod(Path("sub/deep").c_str(), 0), 0);
  absl::StatusOr<std::vector<WalkEntry>> entries;
  {
    const OrdinaryUser user;
    entries = ListTree({.path = Path("")}, Never);
  }
  ASSERT_EQ(chmod(Path("sub/deep").c_str(), 0700), 0);
  EXPECT_THAT(Sorted(entries), ElementsAre("a", "empty", "link", "sub", "sub/b", "sub/deep"));
  for (const WalkEntry& entry : *entries) {
    EXPECT_EQ(entry.error, entry.path == "sub/deep"
                               ? absl::StrCat("open \"", Path(""), "/sub/deep\": Permission denied")
                               : "");
  }
}

TEST_F(WalkTest, AChangingTree) {
  for (int i = 0; i < 50; ++i) {
    MakeDir(absl::StrCat("d", i));
    Make(absl::StrCat("d", i, "/f"), "x");
  }
  int asked = 0;
  const auto change = [&] {
    const std::string victim = Path(absl::StrCat("d", 49 - asked % 50));
    if (++asked % 2 == 0) {
      unlink((victim + "/f").c_str());
      rmdir(victim.c_str());
    }
    return false;
  };
  absl::StatusOr<std::vector<WalkEntry>> entries = ListTree({.path = Path("")}, change);
  ASSERT_TRUE(entries.ok()) << entries.status();
  for (const WalkEntry& entry : *entries) EXPECT_EQ(entry.error, "");
  EXPECT_GT(asked, 50);
}

TEST_F(WalkTest, DeeperThanThereAreDescriptorsAndPaths) {
  // By steps: no path is so long.
  constexpr int kDepth = 700;
  const std::string name(20, 'n');
  int fd = open(Path("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < kDepth; ++i) {
    ASSERT_EQ(mkdirat(fd, name.c_str(), 0700), 0);
    const int next = openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(fd);
    fd = next;
  }
  close(fd);
  absl::StatusOr<std::vector<WalkEntry>> entries;
  {
    const DescriptorLimit limit(100);
    entries = ListTree({.path = Path("")}, Never);
  }
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->size(), size_t{kDepth});
  EXPECT_EQ(entries->back().path.size(), size_t{kDepth * 21 - 1});
  EXPECT_EQ(internal::RemoveTree({.path = Path(name)}, Never).value(), kDepth);
}

TEST_F(WalkTest, MovedAwayWhileItIsDeepInside) {
  std::string path = "top";
  MakeDir(path);
  MakeDir("elsewhere");
  for (int i = 0; i < 60; ++i) {
    path += "/d";
    MakeDir(path);
  }
  int asked = 0;
  const auto move = [&] {
    if (++asked == 60) {
      EXPECT_EQ(rename(Path("top/d/d/d").c_str(), Path("elsewhere/d").c_str()), 0);
    }
    return false;
  };
  EXPECT_EQ(ListTree({.path = Path("top")}, move).status().code(), absl::StatusCode::kAborted);
}

TEST_F(WalkTest, ErrorsOfTheRoot) {
  EXPECT_EQ(ListTree({.path = Path("none")}, Never).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ListTree({.path = Make("file", "")}, Never).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ListTree({.path = Path("")}, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace rondo::fs
