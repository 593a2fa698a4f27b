#include "plugins/fs/read_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// No block is larger.
std::atomic<size_t> largest_block = std::numeric_limits<size_t>::max();

}  // namespace

void* operator new(size_t size) {
  void* const block = size > largest_block ? nullptr : std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace rondo::fs {
namespace {

using internal::ReadWholeFile;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ReadFileTest : public Scratch {
 protected:
  static absl::StatusOr<std::string> Read(const std::string& path) {
    return ReadWholeFile({.path = path}, Never);
  }
};

std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);
  return text;
}

TEST_F(ReadFileTest, ReadsEverySizeAroundTheBuffers) {
  constexpr size_t kPage = 4096;
  constexpr size_t kPiece = 256 << 10;
  for (const size_t size : {size_t{0}, size_t{1}, kPage - 1, kPage, kPage + 1, kPiece - 1, kPiece,
                            kPiece + 1, 5 * kPiece + 7}) {
    const std::string content = Pattern(size);
    const absl::StatusOr<std::string> text = Read(Make("file", content));
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_TRUE(*text == content) << size;
  }
}

TEST_F(ReadFileTest, F3_FilesOfProcHaveSizeZeroAndContent) {
  const absl::StatusOr<std::string> status = Read("/proc/self/status");
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_THAT(*status, HasSubstr(absl::StrCat("\nPid:\t", getpid(), "\n")));
  // Longer than the first buffer, and returned a page at a time.
  const absl::StatusOr<std::string> maps = Read("/proc/self/smaps");
  ASSERT_TRUE(maps.ok()) << maps.status();
  EXPECT_GT(maps->size(), size_t{8192});
  EXPECT_THAT(*maps, HasSubstr("[stack]"));
  EXPECT_THAT(*maps, EndsWith("\n"));
}

TEST_F(ReadFileTest, F3_AFileThatGrowsWhileItIsReadIsReadToItsNewEnd) {
  const std::string path = Make("log", "one ");
  int asked = 0;
  const auto grow = [&] {
    if (++asked == 2) Make("log", "one two ");
    return false;
  };
  EXPECT_EQ(ReadWholeFile({.path = path}, grow).value(), "one two ");
  EXPECT_GE(asked, 3);
}

TEST_F(ReadFileTest, F3_AFileThatGrowsManyTimesItsSize) {
  const std::string path = Make("log", "");
  const std::string content = Pattern(1 << 20);
  int asked = 0;
  const auto grow = [&] {
    if (++asked == 1) Make("log", content);
    return false;
  };
  EXPECT_TRUE(ReadWholeFile({.path = path}, grow).value() == content);
}

TEST_F(ReadFileTest, F3_AFileThatShrinksWhileItIsReadIsReadToItsNewEnd) {
  const std::string content = Pattern(1 << 20);
  const std::string path = Make("log", content);
  int asked = 0;
  const auto shrink = [&] {
    if (++asked == 2) EXPECT_EQ(truncate(path.c_str(), 300000), 0);
    return false;
  };
  EXPECT_TRUE(ReadWholeFile({.path = path}, shrink).value() == content.substr(0, 300000));
}

TEST_F(ReadFileTest, F3_ShortReadsOfAFifoAreJoined) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string content = Pattern(300000);  // Several times what a FIFO holds.
  std::thread writer([&] {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    for (size_t done = 0; done < content.size();) {
      const ssize_t count = write(fd, &content[done], std::min<size_t>(777, content.size() - done));
      ASSERT_GT(count, 0);
      done += static_cast<size_t>(count);
    }
    close(fd);
  });
  const absl::StatusOr<std::string> text = Read(path);
  writer.join();
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_TRUE(*text == content);
}

TEST_F(ReadFileTest, F3_SignalsInterruptNothing) {
  static std::atomic<int> signals;  // Counted by the handler.
  signals = 0;
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  struct sigaction count = {};
  count.sa_handler = [](int) { ++signals; };  // Without SA_RESTART: system calls fail with EINTR.
  struct sigaction before;
  sigaction(SIGUSR1, &count, &before);
  std::thread writer([&, reader = pthread_self()] {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    for (int sent = 1; sent <= 20; ++sent) {
      pthread_kill(reader, SIGUSR1);
      while (signals < sent) sched_yield();
    }
    EXPECT_EQ(write(fd, "text", 4), 4);
    close(fd);
  });
  const absl::StatusOr<std::string> text = Read(path);
  writer.join();
  sigaction(SIGUSR1, &before, nullptr);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "text");
}

TEST_F(ReadFileTest, AFifoWithoutAWriterIsWaitedForUntilTheCallerStops) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  int asked = 0;
  const absl::Status status = ReadWholeFile({.path = path}, [&] { return ++asked > 3; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
}

TEST_F(ReadFileTest, MaxBytesIsTheLastSizeThatFits) {
  const std::string path = Make("file", "12345");
  EXPECT_EQ(ReadWholeFile({.path = path, .max_bytes = 5}, Never).value(), "12345");
  const absl::Status status = ReadWholeFile({.path = path, .max_bytes = 4}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), absl::StrCat("read \"", path, "\": larger than 4 bytes (max_bytes)"));
  EXPECT_EQ(ReadWholeFile({.path = Make("empty", ""), .max_bytes = 0}, Never).value(), "");
  EXPECT_TRUE(
      ReadWholeFile({.path = path, .max_bytes = std::numeric_limits<int64_t>::max()}, Never).ok());
}

TEST_F(ReadFileTest, MaxBytesHoldsWhereTheSizeIsNotKnown) {
  for (const int64_t max_bytes : {0, 1, 4095, 4096, 1 << 20}) {
    const absl::Status status =
        ReadWholeFile({.path = "/dev/zero", .max_bytes = max_bytes}, Never).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  }
  EXPECT_EQ(ReadWholeFile({.path = "/dev/null", .max_bytes = 0}, Never).value(), "");
}

TEST_F(ReadFileTest, AHugeFileFailsBeforeItIsRead) {
  const std::string path = Make("sparse", "");
  ASSERT_EQ(truncate(path.c_str(), off_t{1} << 40), 0);
  const absl::Status status = ReadWholeFile({.path = path}, [] {
                                ADD_FAILURE() << "reads";
                                return true;
                              }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
}

// Of a file of holes the size says nothing of what there is.
TEST_F(ReadFileTest, AHugeFileIsReadPieceByPieceWhenThatIsAskedFor) {
  const std::string path = Make("sparse", "");
  ASSERT_EQ(truncate(path.c_str(), off_t{1} << 40), 0);
  const ReadFile request = {.path = path, .max_bytes = std::numeric_limits<int64_t>::max()};
  int asked = 0;
  absl::Status status = ReadWholeFile(request, [&] { return ++asked == 3; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;

  largest_block = size_t{1} << 20;
  status = ReadWholeFile(request, Never).status();
  largest_block = std::numeric_limits<size_t>::max();
  EXPECT_EQ(status, absl::ResourceExhaustedError(
                        absl::StrCat("read \"", path, "\": no memory for so large a file")));
}

TEST_F(ReadFileTest, NegativeMaxBytes) {
  const absl::Status status = ReadWholeFile({.path = "x", .max_bytes = -1}, Never).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("max_bytes"));
}

TEST_F(ReadFileTest, StopsBetweenTwoReads) {
  const std::string path = Make("file", Pattern(1 << 20));
  int asked = 0;
  const absl::Status status = ReadWholeFile({.path = path}, [&] { return ++asked == 3; }).status();
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(status.message(),
            absl::StrCat("read \"", path, "\" (524288 bytes read): Operation canceled"));
}

TEST_F(ReadFileTest, ErrorsNameTheOperationAndThePath) {
  const std::string missing = Path("missing");
  absl::Status status = Read(missing).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), absl::StrCat("open \"", missing, "\": No such file or directory"));

  status = Read(Path("")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), absl::StrCat("read \"", Path(""), "\": Is a directory"));

  status = Read(absl::StrCat(Make("file", ""), "/below")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), EndsWith("Not a directory"));

  EXPECT_EQ(Read("").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ReadFileTest, PermissionDenied) {
  const std::string path = Make("secret", "x");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const OrdinaryUser user;
  const absl::Status status = Read(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
}

TEST_F(ReadFileTest, AnErrorInTheMiddleSaysSo) {
  // Readable, but not at its beginning: the first page is never mapped.
  const absl::Status status = Read("/proc/self/mem").status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), StartsWith("read \"/proc/self/mem\" (0 bytes read): "));
}

TEST_F(ReadFileTest, F4_APathWithNul) {
  Make("file", "x");
  const absl::Status status = Read(Path(absl::string_view("file\0.txt", 9))).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("/file\\000.txt\": a path has no NUL byte"));
}

TEST_F(ReadFileTest, F4_OverLongPathsAndNames) {
  absl::Status status = Read(std::string(100000, 'a')).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("aaa...\" (100000 bytes): File name too long"));
  EXPECT_LT(status.message().size(), size_t{200});

  status = Read(Path(std::string(256, 'a'))).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), EndsWith("aaa\": File name too long"));
}

TEST_F(ReadFileTest, F4_AnyBytesMakeAName) {
  const std::string name = "\xff\xfe \n\"caf\xc3\xa9\"";
  const std::string path = Make(name, "bytes");
  EXPECT_EQ(Read(path).value(), "bytes");
  const absl::Status status = Read(path + "!").status();
  EXPECT_THAT(status.message(), HasSubstr("\xff\xfe \\n\\\"caf\xc3\xa9\\\"!\""));
}

TEST_F(ReadFileTest, F5_CloseOnExec) {
  const std::string path = Make("file", "x");
  int asked = 0;
  const auto check = [&] {
    ++asked;
    EXPECT_TRUE(OpenAndCloseOnExec(path));
    return false;
  };
  ASSERT_TRUE(ReadWholeFile({.path = path}, check).ok());
  EXPECT_GT(asked, 0);
}

// A lease makes an opening that must not wait fail, until its holder has given it back.
TEST_F(ReadFileTest, ALeasedFileIsWaitedFor) {
  const std::string path = Make("file", "x");
  sigset_t asked_back;
  sigemptyset(&asked_back);
  sigaddset(&asked_back, SIGIO);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &asked_back, &before);
  const int leased = open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool has_lease = fcntl(leased, F_SETLEASE, F_WRLCK) == 0;
  if (has_lease) {
    std::thread holder([&] {
      int signal;
      EXPECT_EQ(sigwait(&asked_back, &signal), 0);
      EXPECT_EQ(fcntl(leased, F_SETLEASE, F_UNLCK), 0);
    });
    EXPECT_EQ(Read(path).value(), "x");
    holder.join();
  }
  close(leased);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!has_lease) GTEST_SKIP() << "no leases here";
}

}  // namespace
}  // namespace rondo::fs
