#include "examples/node_experiment/flags.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/strings/str_cat.h"

ABSL_FLAG(
    std::string, file, "shipped",
    "The text to read; \"shipped\" is the test.txt that comes with the experiment. A relative "
    "path starts where the program runs, which under `bazel run` is not your shell's place.");
ABSL_FLAG(
    std::string, url, "own",
    "What to GET; \"own\" is a page of a server that the experiment starts itself and that takes "
    "two seconds to answer.");
ABSL_FLAG(absl::Duration, patience, absl::Seconds(10), "How long the GET may take.");
ABSL_FLAG(std::string, password, "da capo al fine", "What the key is derived from.");
ABSL_FLAG(absl::Duration, disk_pause, absl::Milliseconds(40),
          "How long the slow disk takes for a KiB.");

namespace rondo::experiment {
namespace {

// test.txt, where Bazel has put it: the program runs in its runfiles tree, or in the source tree,
// or somewhere else and has its runfiles beside it.
std::string ShippedFile() {
  constexpr char kFile[] = "examples/node_experiment/test.txt";
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  for (const std::string& root : {std::string("."), absl::StrCat(program, ".runfiles/rondo"),
                                  absl::StrCat(program, ".runfiles/_main")}) {
    const std::filesystem::path path = std::filesystem::path(root) / kFile;
    if (std::filesystem::exists(path, error)) return path.lexically_normal().string();
  }
  return "test.txt";
}

}  // namespace

Options ParseOptions(int argc, char** argv) {
  absl::InitializeLog();
  // What ends the experiment is told in one line; what the runtime copes with needs none.
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kError);
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::cerr << "unexpected argument \"" << rest[1] << "\"\n";
    std::exit(1);
  }
  Options options{.file = absl::GetFlag(FLAGS_file),
                  .url = absl::GetFlag(FLAGS_url),
                  .patience = absl::GetFlag(FLAGS_patience),
                  .password = absl::GetFlag(FLAGS_password),
                  .disk_pause = absl::GetFlag(FLAGS_disk_pause)};
  if (options.file == "shipped") options.file = ShippedFile();
  if (options.url == "own") options.url.reset();
  return options;
}

}  // namespace rondo::experiment
