// Programs that tests compare with.
#ifndef RONDO_TESTS_PLUGINS_CRYPTO_COMMAND_H_
#define RONDO_TESTS_PLUGINS_CRYPTO_COMMAND_H_

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace rondo::crypto {

// A path in the test's own folder.
inline std::string Scratch(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

// Makes a file there and returns its path.
inline std::string WriteScratch(absl::string_view name, absl::string_view content) {
  std::ofstream file(Scratch(name), std::ios::binary);
  file << content;
  CHECK(file.good()) << name;
  return Scratch(name);
}

// What a shell command writes to stdout; it fails the test if it fails.
inline std::string OutputOf(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, size);
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << output;
  return output;
}

}  // namespace rondo::crypto

#endif  // RONDO_TESTS_PLUGINS_CRYPTO_COMMAND_H_
