// W6 on Rondo.
//
//   rondo random READS       fs.read_at of 4 KiB, 64 in flight
//   rondo small READS        fs.read_file, 64 in flight
//   rondo sequential READS   fs.read_at of 1 MiB, one at a time

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "benchmarks/common/files.h"
#include "benchmarks/common/measure.h"
#include "plugins/fs/fs.h"
#include "plugins/fs/fs_plugin.h"
#include "runtime/runtime.h"

namespace rondo {
namespace {

using bench::Files;

// Reads numbered from 0 on, each of which begins the next when it ends.
struct Reads {
  Runtime& runtime;
  const Files& files;
  fs::File file;
  int64_t count;
  int64_t next = 0;

  void Random(std::string buffer) {
    if (next == count) return;
    const int64_t number = Files::Block(next++);
    runtime.Submit(fs::ReadAt{.file = file,
                              .offset = number * bench::kBlockBytes,
                              .size = bench::kBlockBytes,
                              .buffer = std::move(buffer)},
                   [this, number](absl::StatusOr<std::string> data) {
                     Files::Check(data->data(), static_cast<int64_t>(data->size()), number,
                                  bench::kBlockBytes);
                     Random(*std::move(data));
                   });
  }

  void Small() {
    if (next == count) return;
    const int64_t number = Files::Small(next++);
    runtime.Submit(fs::ReadFile{.path = files.small(number)},
                   [this, number](absl::StatusOr<std::string> data) {
                     Files::Check(data->data(), static_cast<int64_t>(data->size()), number,
                                  bench::kBlockBytes);
                     Small();
                   });
  }

  void Sequential(std::string buffer) {
    if (next == count) return;
    const int64_t number = Files::LargeBlock(next++);
    runtime.Submit(fs::ReadAt{.file = file,
                              .offset = number * bench::kLargeBlockBytes,
                              .size = bench::kLargeBlockBytes,
                              .buffer = std::move(buffer)},
                   [this, number](absl::StatusOr<std::string> data) {
                     Files::CheckLarge(data->data(), static_cast<int64_t>(data->size()), number);
                     Sequential(*std::move(data));
                   });
  }
};

void Run(Reads& reads, const std::string& variant) {
  const int64_t in_flight = std::min(reads.count, bench::kInFlight);
  if (variant == "random") {
    for (int64_t i = 0; i < in_flight; ++i) reads.Random(std::string());
  } else if (variant == "small") {
    for (int64_t i = 0; i < in_flight; ++i) reads.Small();
  } else {
    bench::Require(variant == "sequential", "random, small or sequential");
    reads.Sequential(std::string());
  }
  CHECK_OK(reads.runtime.Run());
  CHECK_EQ(reads.next, reads.count);
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  const bench::Files files;
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime =
      rondo::Runtime::Builder().Add(std::make_unique<rondo::fs::FsPlugin>()).Build();
  CHECK_OK(runtime.status());
  rondo::fs::File file;
  (*runtime)->Submit(
      rondo::fs::OpenFile{.path = files.large(), .flags = {.read = true}},
      [&file](absl::StatusOr<rondo::fs::File> opened) { file = *std::move(opened); });
  CHECK_OK((*runtime)->Run());
  const auto run = [&](int64_t reads) {
    rondo::Reads all{.runtime = **runtime, .files = files, .file = file, .count = reads};
    rondo::Run(all, variant);
  };
  run(200);
  const bench::Measurement measurement;
  run(count);
  bench::Report report = measurement.End(count);
  report.Print();
}
