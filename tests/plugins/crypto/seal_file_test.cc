#include "plugins/crypto/seal_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/command.h"

namespace rondo::crypto {
namespace {

using internal::OpenWholeFile;
using internal::SealWholeFile;
using testing::HasSubstr;

class SealFileTest : public CryptoTest {
 protected:
  // A folder of its own, so that what is left behind is seen.
  SealFileTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  std::string Path(absl::string_view name) { return absl::StrCat(folder_, "/", name); }
  void Write(const std::string& path, absl::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  int FilesInFolder() {
    return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder_),
                                          std::filesystem::directory_iterator()));
  }

  const std::string folder_ = Scratch("seal_file");
  const Secret key_ = Secret(std::string(32, 'k'));
};

TEST_F(SealFileTest, OpensWhatItSealed) {
  for (const size_t size : {0, 1, 65536, 262144, 1'000'000}) {
    const std::string text(size, 't');
    Write(Path("text"), text);
    ASSERT_EQ(
        SealWholeFile({.key = key_, .path = Path("text"), .destination = Path("sealed")}, Never),
        absl::OkStatus());
    EXPECT_EQ(Read(Path("sealed")).find("tttttttttttttttt"), std::string::npos);
    ASSERT_EQ(
        OpenWholeFile({.key = key_, .path = Path("sealed"), .destination = Path("opened")}, Never),
        absl::OkStatus());
    EXPECT_TRUE(Read(Path("opened")) == text);
  }
  EXPECT_EQ(FilesInFolder(), 3);
  struct stat info;
  ASSERT_EQ(stat(Path("opened").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, mode_t{0600});
}

TEST_F(SealFileTest, WhatIsNotAuthenticLeavesNothingAndReplacesNothing) {
  Write(Path("text"), std::string(1'000'000, 't'));
  ASSERT_TRUE(
      SealWholeFile({.key = key_, .path = Path("text"), .destination = Path("sealed")}, Never)
          .ok());
  std::string sealed = Read(Path("sealed"));
  Write(Path("cut"), sealed.substr(0, sealed.size() - 1));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  Write(Path("changed"), sealed);
  Write(Path("there"), "before");
  for (const absl::string_view name : {"cut", "changed"}) {
    const absl::Status status =
        OpenWholeFile({.key = key_, .path = Path(name), .destination = Path("there")}, Never);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_THAT(status.message(), HasSubstr("crypto.open_file: "));
  }
  EXPECT_EQ(Read(Path("there")), "before");
  EXPECT_EQ(FilesInFolder(), 5);
}

TEST_F(SealFileTest, OneThatIsStoppedLeavesNothing) {
  int asked = 0;
  // Has no end.
  EXPECT_EQ(SealWholeFile({.key = key_, .path = "/dev/zero", .destination = Path("sealed")},
                          [&] { return ++asked == 4; })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(SealFileTest, FilesThatAreNotThere) {
  EXPECT_EQ(
      SealWholeFile({.key = key_, .path = Path("none"), .destination = Path("sealed")}, Never),
      absl::NotFoundError(absl::StrCat("crypto.seal_file: open \"", Path("none"),
                                       "\": No such file or directory")));
  Write(Path("text"), "text");
  EXPECT_EQ(
      SealWholeFile({.key = key_, .path = Path("text"), .destination = Path("no/sealed")}, Never),
      absl::NotFoundError(absl::StrCat("crypto.seal_file: create \"", Path("no/sealed"),
                                       "\": No such file or directory")));
  EXPECT_EQ(SealWholeFile({.key = key_, .path = Path("text")}, Never).code(),
            absl::StatusCode::kInvalidArgument);
  // A directory cannot be replaced, and what was to replace it is removed.
  EXPECT_FALSE(
      SealWholeFile({.key = key_, .path = Path("text"), .destination = folder_ + "/."}, Never)
          .ok());
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(SealFileTest, TheErrorsOfTheStreamNameTheKind) {
  Write(Path("text"), "text");
  EXPECT_EQ(
      SealWholeFile({.key = Secret("short"), .path = Path("text"), .destination = Path("sealed")},
                    Never),
      absl::InvalidArgumentError(
          "crypto.seal_file: seal stream: key: aes-256-gcm takes 32 bytes, not 5"));
}

}  // namespace
}  // namespace rondo::crypto
