#include "plugins/crypto/digest.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/json_fields.h"
#include "runtime/resource.h"

namespace rondo::crypto {
namespace {

TEST(Digest, PrintsAsSha256sumDoes) {
  const Digest digest{.bytes = std::string("\x00\xab\xcd", 3)};
  EXPECT_EQ(digest.hex(), "00abcd");
  EXPECT_EQ(absl::StrCat(digest), "00abcd");
}

TEST(Digest, ByNameItIsItsDigits) {
  ResourceTable resources;
  JsonWriter writer(resources);
  Digest digest{.bytes = "\xab\xcd"};
  writer.Value(digest);
  EXPECT_EQ(writer.Take(), "abcd");

  const nlohmann::json digits = "ABce";
  JsonReader reader(digits, resources);
  reader.Value(digest);
  EXPECT_TRUE(reader.status().ok());
  EXPECT_EQ(digest.bytes, "\xab\xce");
}

TEST(Digest, ByNameNothingElse) {
  const ResourceTable resources;
  for (const nlohmann::json wrong : {"abc", "xy", "ab cd", " "}) {
    Digest digest;
    JsonReader reader(wrong, resources);
    reader.Value(digest);
    EXPECT_EQ(reader.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace rondo::crypto
