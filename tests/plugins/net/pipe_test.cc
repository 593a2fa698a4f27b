#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/pipe_stream.h"
#include "plugins/net/stream.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

class PipeTest : public NetFixture {
 protected:
  PipePair Pair() {
    absl::StatusOr<PipePair> pair = PipeStream::Pair(runtime->loop());
    CHECK_OK(pair.status());
    return *std::move(pair);
  }
  template <typename S>
  static Task<std::string> All(S& stream) {
    std::string all;
    for (char buffer[4096];;) {
      absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
      if (!size.ok()) co_return size.status().ToString();
      if (*size == 0) co_return all;
      all.append(buffer, *size);
    }
  }
};

TEST_F(PipeTest, CarriesMoreThanItHolds) {
  Run([this]() -> Task<void> {
    auto [reader, writer] = Pair();
    const std::string sent(1'000'000, 'x');
    std::string received;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](PipeStream& r, std::string& all) -> Task<void> { all = co_await All(r); }(
                                                          reader, received));
      absl::Status written = co_await writer.Write(sent);
      if (!written.ok()) co_return written;
      co_return writer.ShutdownWrite();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(received == sent);
    char byte;
    absl::StatusOr<size_t> again = co_await reader.Read(absl::MakeSpan(&byte, 1));
    EXPECT_EQ(again.status().code(), StatusCode::kOutOfRange);
  });
}

TEST_F(PipeTest, E5_APipeWithoutAReaderIsAStatusAndNoSignal) {
  struct sigaction before;
  struct sigaction fatal = {};
  fatal.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &fatal, &before);
  Run([this]() -> Task<void> {
    auto [reader, writer] = Pair();
    reader.Close();
    absl::Status status = co_await writer.Write("x");
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), "write pipe: Broken pipe");
  });
  sigset_t pending;
  sigpending(&pending);
  EXPECT_FALSE(sigismember(&pending, SIGPIPE));
  sigaction(SIGPIPE, &before, nullptr);
}

TEST_F(PipeTest, HasOneDirection) {
  Run([this]() -> Task<void> {
    auto [reader, writer] = Pair();
    absl::Status status = co_await reader.Write("x");
    EXPECT_FALSE(status.ok());
    char byte;
    absl::StatusOr<size_t> size = co_await writer.Read(absl::MakeSpan(&byte, 1));
    EXPECT_FALSE(size.ok());
    reader.Close();
    size = co_await reader.Read(absl::MakeSpan(&byte, 1));
    EXPECT_EQ(size.status().message(), "read pipe: the stream is closed");
  });
}

TEST_F(PipeTest, IsAStream) {
  Run([this]() -> Task<void> {
    auto [reader, writer] = Pair();
    Stream in(std::move(writer));
    Stream out(std::move(reader));
    EXPECT_TRUE((co_await in.WriteParts({{"ab", "c", "d"}})).ok());
    EXPECT_TRUE(in.ShutdownWrite().ok());
    EXPECT_EQ(co_await All(out), "abcd");
  });
}

TEST_F(PipeTest, E10_ARegularFileIsAStatusThatNamesTheFsPlugin) {
  char path[] = "/tmp/rondo_pipe_XXXXXX";
  const int file = mkostemp(path, O_CLOEXEC);
  unlink(path);
  absl::StatusOr<PipeStream> stream = PipeStream::Adopt(runtime->loop(), file);
  EXPECT_EQ(stream.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(stream.status().message()), testing::HasSubstr("use the fs plugin"));
  EXPECT_EQ(close(file), 0);
  EXPECT_EQ(PipeStream::Adopt(runtime->loop(), -1).status().code(), StatusCode::kInvalidArgument);
}

// Puts a descriptor in the place of a standard one for a while.
class Replaced {
 public:
  Replaced(int standard, int with) : standard_(standard), saved_(dup(standard)) {
    dup2(with, standard_);
  }
  ~Replaced() {
    dup2(saved_, standard_);
    close(saved_);
  }

 private:
  const int standard_;
  const int saved_;
};

TEST_F(PipeTest, StandardInputAndOutputAreLeftAsTheyWere) {
  int in[2];
  int out[2];
  ASSERT_EQ(pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(write(in[1], "hello", 5), 5);
  close(in[1]);
  {
    const Replaced standard_in(STDIN_FILENO, in[0]);
    const Replaced standard_out(STDOUT_FILENO, out[1]);
    Run([this]() -> Task<void> {
      absl::StatusOr<PipeStream> input = PipeStream::StandardInput(runtime->loop());
      EXPECT_TRUE(input.ok()) << input.status();
      absl::StatusOr<PipeStream> output = PipeStream::StandardOutput(runtime->loop());
      EXPECT_TRUE(output.ok()) << output.status();
      EXPECT_NE(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
      const std::string text = co_await All(*input);
      EXPECT_EQ(text, "hello");
      EXPECT_TRUE((co_await output->Write(text)).ok());
    });
    EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
  }
  char buffer[10];
  EXPECT_EQ(read(out[0], buffer, sizeof(buffer)), 5);
  for (const int fd : {in[0], out[0], out[1]}) close(fd);
}

}  // namespace
}  // namespace rondo::net
