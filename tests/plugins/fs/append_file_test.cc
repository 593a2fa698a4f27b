#include "plugins/fs/append_file.h"

#include <sys/stat.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace rondo::fs {
namespace {

using internal::AppendToFile;
using testing::HasSubstr;

using AppendFileTest = Scratch;

TEST_F(AppendFileTest, AddsAtTheEndAndCreates) {
  const std::string path = Path("log");
  EXPECT_EQ(AppendToFile({.path = path, .data = "one\n", .mode = 0600}, Never), absl::OkStatus());
  EXPECT_EQ(AppendToFile({.path = path, .data = "two\n", .sync = true}, Never), absl::OkStatus());
  EXPECT_EQ(Content("log"), "one\ntwo\n");
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, mode_t{0600});
}

TEST_F(AppendFileTest, WithoutCreateTheFileMustBeThere) {
  const absl::Status status =
      AppendToFile({.path = Path("log"), .data = "x", .create = false}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Content("log"), "(none)");
}

TEST_F(AppendFileTest, SeveralAtOnceLoseNothing) {
  const std::string path = Path("log");
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&path, i] {
      const std::string line = absl::StrCat(std::string(97, static_cast<char>('a' + i)), "\n");
      for (int n = 0; n < kLines; ++n) {
        EXPECT_EQ(AppendToFile({.path = path, .data = line}, Never), absl::OkStatus());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string content = Content("log");
  EXPECT_EQ(content.size(), size_t{kThreads * kLines * 98});
  for (size_t at = 0; at < content.size(); at += 98) {
    EXPECT_EQ(content.substr(at, 98), absl::StrCat(std::string(97, content[at]), "\n"));
  }
}

TEST_F(AppendFileTest, F3_AFullDiskSaysHowMuchWasWritten) {
  absl::Status status = AppendToFile({.path = "/dev/full", .data = "text"}, Never);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "write \"/dev/full\" (0 of 4 bytes written): No space left on device");
  Make("file", std::string(1000, 'o'));
  {
    const FileSizeLimit limit(1024);
    status = AppendToFile({.path = Path("file"), .data = std::string(100, 'n')}, Never);
  }
  EXPECT_THAT(status.message(), HasSubstr("(24 of 100 bytes written)"));
  EXPECT_EQ(Content("file").size(), size_t{1024});
}

}  // namespace
}  // namespace rondo::fs
