// Sums up the sizes of all files below directories, as `du -sb` does, many directories at a time.
//
//   $ bazel run //examples:du -- /usr
//   2103846217	/usr

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/fs.h"
#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

ABSL_FLAG(
    bool, directories, true,
    "Whether directories have a size of their own. The du of coreutils 9.2 and later says no.");

namespace rondo {
namespace {

// One sum. All of it runs on the loop's thread; only the reading of directories does not.
struct Sum {
  Runtime& runtime;
  int64_t bytes = 0;
  bool complete = true;
  // The files that have several names, each of which counts once.
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> seen = {};
};

Task<void> AddDirectory(Sum& sum, TaskGroup& group, std::string path);

void Add(Sum& sum, TaskGroup& group, std::string path, const fs::FileInfo& info) {
  if (info.type == fs::FileType::kDirectory) {
    if (absl::GetFlag(FLAGS_directories)) sum.bytes += info.size;
    group.Spawn(AddDirectory(sum, group, std::move(path)));
  } else if (info.links == 1 || sum.seen.insert({info.device, info.inode}).second) {
    sum.bytes += info.size;
  }
}

Task<void> AddDirectory(Sum& sum, TaskGroup& group, std::string path) {
  absl::StatusOr<std::vector<fs::DirEntry>> entries =
      co_await sum.runtime.Submit(fs::ReadDir{.path = path, .info = true});
  if (!entries.ok()) {
    std::cerr << "du: " << entries.status().message() << std::endl;
    sum.complete = false;
    co_return;
  }
  if (!absl::EndsWith(path, "/")) path += '/';
  for (const fs::DirEntry& entry : *entries) {
    Add(sum, group, absl::StrCat(path, entry.name), *entry.info);
  }
}

// Prints the line of one path. Fails when not all of it could be read.
Task<absl::Status> PrintSum(Runtime& runtime, std::string path) {
  absl::StatusOr<fs::FileInfo> root = co_await runtime.Submit(fs::Lstat{.path = path});
  if (!root.ok()) co_return root.status();
  Sum sum{.runtime = runtime};
  // Ends when every directory has been read, those included that were found meanwhile.
  absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
    Add(sum, group, path, *root);
    co_return absl::OkStatus();
  });
  if (!status.ok()) co_return status;
  std::cout << sum.bytes << '\t' << path << std::endl;
  co_return sum.complete ? absl::OkStatus() : absl::DataLossError("not everything was read");
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  std::vector<std::string> paths(arguments.begin() + 1, arguments.end());
  if (paths.empty()) paths = {"."};
  return rondo::Main([&paths](rondo::Runtime& runtime) -> rondo::Task<int> {
    int result = 0;
    for (const std::string& path : paths) {
      const absl::Status status = co_await rondo::PrintSum(runtime, path);
      if (status.ok()) continue;
      std::cerr << "du: " << status.message() << std::endl;
      result = 1;
    }
    co_return result;
  });
}
