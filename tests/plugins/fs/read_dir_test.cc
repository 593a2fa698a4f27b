#include "plugins/fs/read_dir.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::ListDirectory;
using internal::ListSome;
using internal::StartListing;
using testing::ElementsAre;
using testing::EndsWith;
using testing::FieldsAre;
using testing::UnorderedElementsAre;

using ReadDirTest = Scratch;

std::vector<std::string> NamesOf(const std::vector<DirEntry>& entries) {
  std::vector<std::string> names;
  for (const DirEntry& entry : entries) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(ReadDirTest, NamesAndTypes) {
  Make("file", "content");
  ASSERT_EQ(mkdir(Path("sub").c_str(), 0700), 0);
  ASSERT_EQ(symlink("nowhere", Path("link").c_str()), 0);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  absl::StatusOr<std::vector<DirEntry>> entries = ListDirectory({.path = Path("")}, Never);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(*entries, UnorderedElementsAre(FieldsAre("file", FileType::kRegular, testing::_),
                                             FieldsAre("sub", FileType::kDirectory, testing::_),
                                             FieldsAre("link", FileType::kSymlink, testing::_),
                                             FieldsAre("fifo", FileType::kFifo, testing::_)));
  for (const DirEntry& entry : *entries) EXPECT_FALSE(entry.info.has_value());
}

TEST_F(ReadDirTest, WithInfoOfTheEntriesThemselves) {
  Make("file", "content");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  absl::StatusOr<std::vector<DirEntry>> entries =
      ListDirectory({.path = Path(""), .info = true}, Never);
  ASSERT_EQ(entries.value().size(), size_t{2});
  for (const DirEntry& entry : *entries) {
    ASSERT_TRUE(entry.info.has_value());
    EXPECT_EQ(entry.info->type, entry.type);
    EXPECT_EQ(entry.info->size, entry.name == "file" ? 7 : 4);
  }
}

TEST_F(ReadDirTest, AnEmptyDirectory) {
  EXPECT_THAT(ListDirectory({.path = Path("")}, Never).value(), ElementsAre());
}

TEST_F(ReadDirTest, F4_NamesAreTheirExactBytes) {
  std::vector<std::string> names = {
      "with\nnewline", "not utf-8 \xff\xfe", "\x01", std::string(255, 'x'), " ", "\\", "..."};
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) Make(name, "x");
  EXPECT_EQ(NamesOf(ListDirectory({.path = Path("")}, Never).value()), names);
  for (const std::string& name : names) {
    EXPECT_EQ(internal::LookUp({.path = Path(name)}).value().size, 1);
  }
}

TEST_F(ReadDirTest, ManyEntriesInBatches) {
  constexpr size_t kFiles = 600;  // More than the kernel gives at once.
  for (size_t i = 0; i < kFiles; ++i) Make(absl::StrCat(i, std::string(200, 'x')), "");
  EXPECT_EQ(ListDirectory({.path = Path("")}, Never).value().size(), kFiles);
  absl::StatusOr<Directory> directory = StartListing({.path = Path("")});
  ASSERT_TRUE(directory.ok()) << directory.status();
  std::set<std::string> names;
  int batches = 0;
  for (;; ++batches) {
    absl::StatusOr<std::vector<DirEntry>> some = ListSome({.directory = *directory});
    ASSERT_TRUE(some.ok()) << some.status();
    if (some->empty()) break;
    EXPECT_LT(some->size(), kFiles / 2);
    for (const DirEntry& entry : *some) EXPECT_TRUE(names.insert(entry.name).second);
  }
  EXPECT_EQ(names.size(), kFiles);
  EXPECT_GT(batches, 2);
  EXPECT_TRUE(ListSome({.directory = *directory}).value().empty());
}

TEST_F(ReadDirTest, NoMoreThanMaxEntries) {
  for (const char* name : {"a", "b", "c"}) Make(name, "");
  EXPECT_EQ(ListDirectory({.path = Path(""), .max_entries = 3}, Never).value().size(), size_t{3});
  const absl::Status status = ListDirectory({.path = Path(""), .max_entries = 2}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), EndsWith("more than 2 entries (max_entries)"));
  EXPECT_EQ(ListDirectory({.path = Path(""), .max_entries = -1}, Never).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ReadDirTest, Errors) {
  const std::string path = Make("file", "");
  absl::Status status = ListDirectory({.path = path}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", path, "\": Not a directory"));
  EXPECT_EQ(ListDirectory({.path = Path("none")}, Never).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ListSome({}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ListDirectory({.path = Path("")}, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
  ASSERT_EQ(mkdir(Path("closed").c_str(), 0300), 0);
  const OrdinaryUser user;
  EXPECT_EQ(ListDirectory({.path = Path("closed")}, Never).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(ReadDirTest, ADirectoryThatChangesWhileItIsRead) {
  for (int i = 0; i < 600; ++i) Make(absl::StrCat(std::string(200, 's'), i), "");
  int asked = 0;
  const auto change = [&] {
    Make(absl::StrCat("added-", ++asked), "");
    if (asked > 1) unlink(Path(absl::StrCat("added-", asked - 1)).c_str());
    return false;
  };
  std::vector<std::string> names =
      NamesOf(ListDirectory({.path = Path(""), .info = true}, change).value());
  EXPECT_GT(asked, 2);
  EXPECT_EQ(std::count_if(names.begin(), names.end(),
                          [](const std::string& name) { return name[0] == 's'; }),
            600);
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST_F(ReadDirTest, F5_CloseOnExec) {
  const std::string directory = Path("sub");
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  absl::StatusOr<Directory> open = StartListing({.path = directory});
  EXPECT_TRUE(OpenAndCloseOnExec(directory));
}

}  // namespace
}  // namespace rondo::fs
