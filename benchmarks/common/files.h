// W6: the files that are read, and which part of them comes next.
#ifndef RONDO_BENCHMARKS_COMMON_FILES_H_
#define RONDO_BENCHMARKS_COMMON_FILES_H_

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "benchmarks/common/measure.h"

namespace bench {

inline constexpr int64_t kBlockBytes = 4096;
inline constexpr int64_t kLargeBlockBytes = int64_t{1} << 20;
inline constexpr int64_t kInFlight = 64;

// A large file and many small ones in a folder of their own, all in the page cache; removed at the
// end. Byte i of the large one is that of its block's number, so that a read can be checked.
class Files {
 public:
  Files() {
    Require(mkdtemp(folder_.data()) != nullptr, "a folder");
    const int fd = Create("large");
    for (int64_t block = 0; block < kBlocks; ++block) {
      const std::string data(kBlockBytes, Byte(block));
      Require(write(fd, data.data(), data.size()) == kBlockBytes, "write");
    }
    close(fd);
    for (int64_t i = 0; i < kSmall; ++i) {
      const int small = Create(std::to_string(i));
      const std::string data(kBlockBytes, Byte(i));
      Require(write(small, data.data(), data.size()) == kBlockBytes, "write");
      close(small);
    }
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    unlink(large().c_str());
    for (int64_t i = 0; i < kSmall; ++i) unlink(small(i).c_str());
    rmdir(folder_.c_str());
  }

  std::string large() const { return folder_ + "/large"; }
  std::string small(int64_t i) const { return folder_ + "/" + std::to_string(i); }

  // The i-th block to be read, in an order that no read-ahead guesses.
  static int64_t Block(int64_t i) { return i * 7919 % kBlocks; }
  static int64_t Small(int64_t i) { return i * 7919 % kSmall; }
  static int64_t LargeBlock(int64_t i) { return i % (kBlocks * kBlockBytes / kLargeBlockBytes); }

  // Whether what was read is what stands there.
  static void Check(const char* data, int64_t size, int64_t number, int64_t bytes) {
    Require(size == bytes && data[0] == Byte(number) && data[kBlockBytes - 1] == Byte(number),
            "what was written");
  }
  static void CheckLarge(const char* data, int64_t size, int64_t number) {
    Check(data, size, number * (kLargeBlockBytes / kBlockBytes), kLargeBlockBytes);
  }

 private:
  static constexpr int64_t kBlocks = 16'384;  // 64 MiB.
  static constexpr int64_t kSmall = 512;

  static char Byte(int64_t number) { return static_cast<char>(number * 31 + 7); }
  int Create(const std::string& name) const {
    const std::string path = folder_ + "/" + name;
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    Require(fd >= 0, "create");
    return fd;
  }

  std::string folder_ = "/tmp/rondo-bench-XXXXXX";
};

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_FILES_H_
