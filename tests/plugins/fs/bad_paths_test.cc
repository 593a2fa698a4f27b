// What every kind that takes a path does with one that is none.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct PathKind {
  std::string name;
  std::function<absl::Status(const std::string& path)> call;
  // Whether it makes something where there is nothing.
  bool makes = false;
};

template <typename Request>
std::string NameOf() {
  return std::string(Request::kKind);
}

std::vector<PathKind> PathKinds(const std::string& there) {
  const OpenFlags read = {.read = true};
  std::vector<PathKind> kinds = {
      {NameOf<ReadFile>(),
       [](auto& path) { return internal::ReadWholeFile({.path = path}, Never).status(); }},
      {NameOf<WriteFile>(),
       [](auto& path) { return internal::WriteWholeFile({.path = path}, Never); }, true},
      {"atomic",
       [](auto& path) { return internal::WriteWholeFile({.path = path, .atomic = true}, Never); },
       true},
      {NameOf<AppendFile>(),
       [](auto& path) { return internal::AppendToFile({.path = path}, Never); }, true},
      {NameOf<Stat>(), [](auto& path) { return internal::LookUp({.path = path}).status(); }},
      {NameOf<Lstat>(), [](auto& path) { return internal::LookUpLink({.path = path}).status(); }},
      {NameOf<Access>(), [](auto& path) { return internal::CheckAccess({.path = path}); }},
      {NameOf<ReadDir>(),
       [](auto& path) { return internal::ListDirectory({.path = path}, Never).status(); }},
      {NameOf<OpenDir>(),
       [](auto& path) { return internal::StartListing({.path = path}).status(); }},
      {NameOf<Walk>(),
       [](auto& path) { return internal::ListTree({.path = path}, Never).status(); }},
      {NameOf<MakeDir>(), [](auto& path) { return internal::MakeDirectory({.path = path}); }, true},
      {"parents",
       [](auto& path) { return internal::MakeDirectory({.path = path, .parents = true}); }, true},
      {NameOf<Remove>(), [](auto& path) { return internal::RemoveOne({.path = path}); }},
      {NameOf<Rename>(),
       [&](auto& path) { return internal::RenameFile({.from = path, .to = there}); }},
      {"rename to", [&](auto& path) { return internal::RenameFile({.from = there, .to = path}); },
       true},
      {NameOf<CopyFile>(),
       [&](auto& path) {
         return internal::CopyOneFile({.from = path, .to = there}, Never).status();
       }},
      {"copy to",
       [&](auto& path) {
         return internal::CopyOneFile({.from = there, .to = path}, Never).status();
       },
       true},
      {NameOf<CopyTree>(),
       [&](auto& path) {
         return internal::CopyWholeTree({.from = path, .to = there + "2"}, Never).status();
       }},
      {NameOf<Link>(),
       [&](auto& path) { return internal::MakeLink({.target = path, .path = there}); }},
      {"link to", [&](auto& path) { return internal::MakeLink({.target = there, .path = path}); },
       true},
      {"symlink to",
       [&](auto& path) { return internal::MakeSymlink({.target = "x", .path = path}); }, true},
      {NameOf<ReadLink>(),
       [](auto& path) { return internal::ReadSymlink({.path = path}).status(); }},
      {NameOf<RealPath>(),
       [](auto& path) { return internal::ResolvePath({.path = path}).status(); }},
      {NameOf<Chmod>(),
       [](auto& path) { return internal::ChangeMode({.path = path, .mode = 0600}); }},
      {NameOf<Chown>(), [](auto& path) { return internal::ChangeOwner({.path = path}); }},
      {NameOf<SetTimes>(), [](auto& path) { return internal::ChangeTimes({.path = path}); }},
      {NameOf<Truncate>(), [](auto& path) { return internal::SetSize({.path = path}); }},
      {NameOf<StatFs>(), [](auto& path) { return internal::LookUpFs({.path = path}).status(); }},
      {NameOf<OpenFile>(),
       [read](auto& path) {
         return internal::OpenForUse({.path = path, .flags = read}, Never).status();
       }},
  };
  return kinds;
}

class BadPathsTest : public Scratch {
 protected:
  const std::string there_ = Path("there");

  void SetUp() override { Make("there", "content"); }
};

TEST_F(BadPathsTest, F4_ANulIsRefusedByEveryKind) {
  const std::string path = Path(absl::string_view("the\0re", 6));
  for (const PathKind& kind : PathKinds(there_)) {
    const absl::Status status = kind.call(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << kind.name << ": " << status;
    EXPECT_THAT(status.message(), HasSubstr("the\\000re\": a path has no NUL byte")) << kind.name;
  }
  EXPECT_EQ(internal::RemoveTree({.path = path}, Never).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::LookWhetherThere({.path = path}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::MakeTempDirectory({.prefix = path}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::MakeTempFileForUse({.prefix = path}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::MakeSymlink({.target = path, .path = Path("link")}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Content("there"), "content");
  EXPECT_THAT(Names(), testing::ElementsAre("there"));
}

TEST_F(BadPathsTest, F4_WhatIsTooLongIsRefusedByEveryKind) {
  const std::string long_name = Path(std::string(256, 'x'));
  const std::string long_path = Path(std::string(5000, '/') + "x");
  for (const std::string& path : {long_name, long_path}) {
    for (const PathKind& kind : PathKinds(there_)) {
      const absl::Status status = kind.call(path);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << kind.name << ": " << status;
      EXPECT_THAT(status.message(), HasSubstr("File name too long")) << kind.name;
    }
  }
  EXPECT_EQ(Content("there"), "content");
}

TEST_F(BadPathsTest, F4_NamesOfAnyBytesAreTakenByEveryKind) {
  const std::string path = Path("a\nb \xff\xc3");
  const OpenFlags make = {.write = true, .create = true};
  EXPECT_TRUE(internal::OpenForUse({.path = path, .flags = make}, Never).ok());
  EXPECT_THAT(Names(), testing::Contains("a\nb \xff\xc3"));
  for (const PathKind& kind : PathKinds(there_)) {
    const absl::Status status = kind.call(path);
    EXPECT_NE(status.code(), absl::StatusCode::kNotFound) << kind.name << ": " << status;
    Make("a\nb \xff\xc3", "");
    Make("there", "content");
  }
}

TEST_F(BadPathsTest, AnEmptyPathIsNothing) {
  for (const PathKind& kind : PathKinds(there_)) {
    const absl::Status status = kind.call("");
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << kind.name << ": " << status;
  }
}

TEST_F(BadPathsTest, ThroughAFileLeadsNoPath) {
  for (const PathKind& kind : PathKinds(there_)) {
    const absl::Status status = kind.call(there_ + "/below");
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << kind.name << ": " << status;
    EXPECT_THAT(status.message(), HasSubstr("Not a directory")) << kind.name;
  }
}

TEST_F(BadPathsTest, WhatIsNotThereIsNotFound) {
  for (const PathKind& kind : PathKinds(there_)) {
    if (kind.makes) continue;
    const absl::Status status = kind.call(Path("none"));
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << kind.name << ": " << status;
    EXPECT_THAT(status.message(), HasSubstr("none\"")) << kind.name;
  }
}

}  // namespace
}  // namespace rondo::fs
