// W6 by hand: two threads that do nothing but the system calls, or one for what is one at a time.
//
//   raw random READS       4 KiB each
//   raw small READS        whole files of 4 KiB: open, fstat, read, close
//   raw sequential READS   1 MiB each, one at a time

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/common/files.h"
#include "benchmarks/common/measure.h"

namespace {

constexpr int kThreads = 2;

// Calls `read(i, buffer)` for each number, on this many threads.
template <typename Read>
void Each(int64_t count, int threads, int64_t bytes, Read read) {
  std::atomic<int64_t> next = 0;
  const auto work = [&] {
    std::string buffer(static_cast<size_t>(bytes), '\0');
    for (int64_t i = next++; i < count; i = next++) read(i, buffer.data());
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
}

void ReadSmall(const bench::Files& files, int64_t i, char* buffer) {
  const int64_t number = bench::Files::Small(i);
  const int fd = open(files.small(number).c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  bench::Require(fd >= 0 && fstat(fd, &info) == 0, "open");
  const ssize_t size = read(fd, buffer, static_cast<size_t>(info.st_size));
  close(fd);
  bench::Files::Check(buffer, size, number, bench::kBlockBytes);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  const bench::Files files;
  const int fd = open(files.large().c_str(), O_RDONLY | O_CLOEXEC);
  const auto run = [&](int64_t reads) {
    if (variant == "random") {
      Each(reads, kThreads, bench::kBlockBytes, [&](int64_t i, char* buffer) {
        const int64_t number = bench::Files::Block(i);
        const ssize_t size = pread(fd, buffer, bench::kBlockBytes, number * bench::kBlockBytes);
        bench::Files::Check(buffer, size, number, bench::kBlockBytes);
      });
    } else if (variant == "small") {
      Each(reads, kThreads, bench::kBlockBytes,
           [&](int64_t i, char* buffer) { ReadSmall(files, i, buffer); });
    } else {
      bench::Require(variant == "sequential", "random, small or sequential");
      Each(reads, 1, bench::kLargeBlockBytes, [&](int64_t i, char* buffer) {
        const int64_t number = bench::Files::LargeBlock(i);
        const ssize_t size =
            pread(fd, buffer, bench::kLargeBlockBytes, number * bench::kLargeBlockBytes);
        bench::Files::CheckLarge(buffer, size, number);
      });
    }
  };
  run(200);
  const bench::Measurement measurement;
  run(count);
  bench::Report report = measurement.End(count);
  close(fd);
  report.Print();
}
