// Prints the last lines of a file, and whatever comes behind them, as `tail -F` does: also when the
// file is cut off, replaced, or taken away and made again.
//
//   $ bazel run //examples:tail_follow -- --lines=10 /var/log/syslog

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/fs.h"
#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

ABSL_FLAG(int64_t, lines, 10, "How many lines to begin with.");

namespace rondo {
namespace {

constexpr int64_t kBlock = int64_t{64} << 10;

Task<absl::StatusOr<fs::File>> Open(Runtime& runtime, const std::string& path) {
  co_return co_await runtime.Submit(fs::OpenFile{.path = path, .flags = {.read = true}});
}

// Where the last `lines` lines begin: block by block from the end.
Task<absl::StatusOr<int64_t>> FindLastLines(Runtime& runtime, fs::File file, int64_t lines) {
  absl::StatusOr<fs::FileInfo> info = co_await runtime.Submit(fs::StatFile{.file = file});
  if (!info.ok()) co_return info.status();
  int64_t end = info->size;
  bool last = true;  // The last byte ends a line, and begins none.
  while (end > 0) {
    const int64_t begin = std::max<int64_t>(0, end - kBlock);
    absl::StatusOr<std::string> block =
        co_await runtime.Submit(fs::ReadAt{.file = file, .offset = begin, .size = end - begin});
    if (!block.ok()) co_return block.status();
    for (size_t at = block->size(); at > 0; --at) {
      if (!std::exchange(last, false) && (*block)[at - 1] == '\n' && --lines <= 0) {
        co_return begin + static_cast<int64_t>(at);
      }
    }
    end = begin;
  }
  co_return 0;
}

// Follows one path through all that may stand there.
class Follower {
 public:
  Follower(Runtime& runtime, std::string path) : runtime_(runtime), path_(std::move(path)) {}

  Task<absl::Status> Run() {
    // Watched before it is read: so nothing comes in between unseen.
    absl::StatusOr<fs::Watcher> watcher = co_await runtime_.Submit(fs::Watch{.path = path_});
    if (!watcher.ok()) co_return watcher.status();
    if (absl::Status status = co_await Begin(); !status.ok()) co_return status;
    for (;;) {
      if (absl::Status status = co_await PrintNew(); !status.ok()) co_return status;
      absl::StatusOr<std::vector<fs::WatchEvent>> events = co_await watcher->Next();
      if (!events.ok()) co_return events.status();
      if (absl::Status status = co_await PrintNew(); !status.ok()) co_return status;
      if (absl::Status status = co_await Reopen(); !status.ok()) co_return status;
    }
  }

 private:
  Task<absl::Status> Begin() {
    absl::StatusOr<fs::File> file = co_await Open(runtime_, path_);
    if (!file.ok()) co_return file.status();
    file_ = *std::move(file);
    absl::StatusOr<int64_t> begin =
        co_await FindLastLines(runtime_, file_, absl::GetFlag(FLAGS_lines));
    if (!begin.ok()) co_return begin.status();
    offset_ = *begin;
    co_return absl::OkStatus();
  }

  Task<absl::Status> PrintNew() {
    absl::StatusOr<fs::FileInfo> info = co_await runtime_.Submit(fs::StatFile{.file = file_});
    if (!info.ok()) co_return info.status();
    if (info->size < offset_) offset_ = 0;  // It was cut off, and written anew.
    fs::FileReader reader(runtime_, file_, {.offset = offset_});
    for (;;) {
      absl::StatusOr<std::string> chunk = co_await reader.Read();
      if (!chunk.ok()) co_return chunk.status();
      if (chunk->empty()) break;
      std::cout << *chunk;
    }
    std::cout.flush();
    offset_ = reader.offset();
    co_return absl::OkStatus();
  }

  // Goes over to what has the path now, if that is another file.
  Task<absl::Status> Reopen() {
    absl::StatusOr<fs::File> file = co_await Open(runtime_, path_);
    if (absl::IsNotFound(file.status())) co_return absl::OkStatus();  // It will come again.
    if (!file.ok()) co_return file.status();
    absl::StatusOr<fs::FileInfo> ours = co_await runtime_.Submit(fs::StatFile{.file = file_});
    absl::StatusOr<fs::FileInfo> now = co_await runtime_.Submit(fs::StatFile{.file = *file});
    if (!ours.ok()) co_return ours.status();
    if (!now.ok()) co_return now.status();
    if (ours->device == now->device && ours->inode == now->inode) co_return absl::OkStatus();
    file_ = *std::move(file);
    offset_ = 0;
    co_return absl::OkStatus();
  }

  Runtime& runtime_;
  const std::string path_;
  fs::File file_;
  int64_t offset_ = 0;
};

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  if (arguments.size() != 2) {
    std::cerr << "usage: tail_follow [--lines=N] FILE" << std::endl;
    return 2;
  }
  return rondo::Main(
      [path = std::string(arguments[1])](rondo::Runtime& runtime) -> rondo::Task<int> {
        rondo::Follower follower(runtime, path);
        const absl::Status status = co_await follower.Run();
        std::cerr << "tail_follow: " << status.message() << std::endl;
        co_return 1;
      });
}
