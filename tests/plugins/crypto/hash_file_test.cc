#include "plugins/crypto/hash_file.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

class HashFileTest : public CryptoTest {
 protected:
  std::string Path(absl::string_view name) { return absl::StrCat(testing::TempDir(), "/", name); }
  std::string Write(absl::string_view name, absl::string_view content) {
    const std::string path = Path(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  absl::StatusOr<Digest> Hashed(const std::string& path, const std::string& algorithm = "sha256") {
    return internal::ComputeHashOfFile(algorithms, {.path = path, .algorithm = algorithm}, Never);
  }
};

TEST_F(HashFileTest, IsTheHashOfTheContent) {
  constexpr size_t kPiece = 256 << 10;
  for (const size_t size : {size_t{0}, size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    const std::string content(size, 'c');
    EXPECT_EQ(Hashed(Write("content", content)).value(),
              internal::ComputeHash(algorithms, {.data = content}, Never).value());
  }
}

TEST_F(HashFileTest, WhatIsNoFile) {
  EXPECT_EQ(Hashed(Path("none")).status(),
            absl::NotFoundError(absl::StrCat("crypto.hash_file: open \"", Path("none"),
                                             "\": No such file or directory")));
  EXPECT_EQ(Hashed(testing::TempDir()).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(Hashed(Path("fifo")).status().message(), HasSubstr("it is a FIFO"));
  EXPECT_THAT(Hashed(std::string("a\0b", 3)).status().message(),
              HasSubstr("\"a\\000b\": a path cannot hold a NUL"));
  EXPECT_EQ(Hashed(Write("content", "c"), "sha-0").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HashFileTest, StopsBetweenPieces) {
  // Has no end.
  int asked = 0;
  EXPECT_EQ(
      internal::ComputeHashOfFile(algorithms, {.path = "/dev/zero"}, [&] { return ++asked == 3; })
          .status()
          .code(),
      absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace rondo::crypto
