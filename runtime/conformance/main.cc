// Tries a plugin: a test for each promise, and for each of its kinds.
//
//   conformance --plugin=x.so [--needs=y.so,z.so] [--options=JSON] [--requests=FILE]
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/conformance/footprint.h"
#include "runtime/conformance/kind_checks.h"
#include "runtime/conformance/objects.h"
#include "runtime/conformance/plugin_checks.h"
#include "runtime/conformance/subject.h"

ABSL_FLAG(std::string, plugin, "", "The plugin's file.");
ABSL_FLAG(std::vector<std::string>, needs, {}, "Files of plugins that it depends on.");
ABSL_FLAG(std::string, options, "", "Options of the plugin, as JSON.");
ABSL_FLAG(std::string, requests, "", "A file with fields of requests, as JSON: {KIND: {...}}.");

namespace rondo::conformance {
namespace {

// A test that is a function.
class FunctionTest final : public testing::Test {
 public:
  explicit FunctionTest(std::function<void()> function) : function_(std::move(function)) {}
  void TestBody() override { function_(); }

 private:
  const std::function<void()> function_;
};

void AddTest(const std::string& suite, const std::string& name, std::function<void()> function) {
  testing::RegisterTest(
      suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
      [function = std::move(function)]() -> testing::Test* { return new FunctionTest(function); });
}

[[noreturn]] void Die(const std::string& why) {
  std::cerr << why << "\n";
  std::exit(1);
}

nlohmann::json ParseOrDie(const std::string& text, const std::string& what) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) Die(what + ": broken JSON");
  return value;
}

Subject SubjectFromFlags() {
  // Absolute, since the tests run in a folder of their own.
  const auto absolute = [](const std::string& path) {
    return std::filesystem::absolute(path).string();
  };
  Subject subject{
      .file = absolute(absl::GetFlag(FLAGS_plugin)), .needs = {}, .options = {}, .requests = {}};
  for (const std::string& file : absl::GetFlag(FLAGS_needs))
    subject.needs.push_back(absolute(file));
  if (const std::string options = absl::GetFlag(FLAGS_options); !options.empty()) {
    subject.options = ParseOrDie(options, "--options");
  }
  if (const std::string path = absl::GetFlag(FLAGS_requests); !path.empty()) {
    std::ifstream file(path);
    if (!file) Die(path + ": cannot be read");
    subject.requests = ParseOrDie({std::istreambuf_iterator<char>(file), {}}, path);
  }
  return subject;
}

void RunCheck(const Subject& subject, const KindInfo& kind, const KindCheck& check) {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = subject.MakeRuntime();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  check.run(**runtime, kind, WithObjects(**runtime, subject.RequestOf(kind)));
}

void AddTests(const Subject& subject) {
  const absl::StatusOr<std::vector<KindInfo>> kinds = subject.Kinds();
  if (!kinds.ok()) Die(std::string(kinds.status().message()));
  if (kinds->empty()) Die("load plugin \"" + subject.file + "\": it has no kinds");
  for (const auto& [name, given] : subject.requests.items()) {
    const auto is_it = [&name = name](const KindInfo& kind) { return kind.name == name; };
    if (std::none_of(kinds->begin(), kinds->end(), is_it)) Die("requests: no kind " + name);
  }
  for (const KindInfo& kind : *kinds) {
    const std::string suite = absl::StrReplaceAll(kind.name, {{".", "_"}});
    for (const KindCheck& check : ChecksOf(kind, subject.RequestOf(kind))) {
      AddTest(suite, std::string(check.name),
              [subject, kind, check] { RunCheck(subject, kind, check); });
    }
    if (!kind.can_be_called()) continue;
    AddTest(suite, "LeaksNothing", [subject, kind] { CheckLeaks(subject, kind); });
  }
  AddTest("plugin", "UnloadsUnderLoad", [subject] { CheckUnloadUnderLoad(subject); });
}

// What requests made up here may touch: nothing but an empty folder.
void EnterEmptyFolder() {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "conformance_folder";
  std::filesystem::create_directories(folder);
  std::filesystem::current_path(folder);
}

}  // namespace
}  // namespace rondo::conformance

int main(int argc, char** argv) {
  rondo::conformance::MeasureHeapExactly(argv);
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  const rondo::conformance::Subject subject = rondo::conformance::SubjectFromFlags();
  rondo::conformance::EnterEmptyFolder();
  rondo::conformance::AddTests(subject);
  return RUN_ALL_TESTS();
}
