#include "plugins/fs/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/fs/fs_fixture.h"

namespace rondo::fs {
namespace {

using testing::ElementsAre;

class FileReaderTest : public FsFixture {
 public:
  // All chunks, and then the status if it is not OK.
  Task<std::vector<std::string>> Chunks(FileReader& reader) {
    std::vector<std::string> chunks;
    for (;;) {
      absl::StatusOr<std::string> chunk = co_await reader.Read();
      if (!chunk.ok()) chunks.push_back(chunk.status().ToString());
      if (!chunk.ok() || chunk->empty()) co_return chunks;
      chunks.push_back(*std::move(chunk));
    }
  }

  Task<std::vector<std::string>> Lines(FileReader& reader) {
    std::vector<std::string> lines;
    for (;;) {
      absl::StatusOr<std::optional<std::string>> line = co_await reader.ReadLine();
      if (!line.ok()) lines.push_back(line.status().ToString());
      if (!line.ok() || !line->has_value()) co_return lines;
      lines.push_back(**std::move(line));
    }
  }
};

TEST_F(FileReaderTest, ChunksInOrder) {
  Make("file", "0123456789");
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    FileReader reader(*test.runtime_, file, {.offset = 1, .chunk_bytes = 4});
    EXPECT_THAT(co_await test.Chunks(reader), ElementsAre("1234", "5678", "9"));
    EXPECT_EQ(reader.offset(), 10);
  }(*this));
}

TEST_F(FileReaderTest, LinesOfAnyLengthOverAnyChunks) {
  const std::string longest(1000, 'x');
  const std::string content = "one\n\n" + longest + "\r\nlast";
  Make("file", content);
  for (const int64_t chunk_bytes : {1, 2, 3, 7, 100, 4096}) {
    Run([](FileReaderTest& test, int64_t chunk_bytes, std::string longest) -> Task<void> {
      const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
      FileReader reader(*test.runtime_, file, {.chunk_bytes = chunk_bytes});
      EXPECT_THAT(co_await test.Lines(reader), ElementsAre("one", "", longest + "\r", "last"));
      EXPECT_EQ(reader.offset(), static_cast<int64_t>(longest.size()) + 11);
    }(*this, chunk_bytes, longest));
  }
}

TEST_F(FileReaderTest, LinesAndChunksMixed) {
  Make("file", "first\nsecond\nthird");
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    FileReader reader(*test.runtime_, file, {.chunk_bytes = 8});
    EXPECT_EQ((co_await reader.ReadLine()).value(), "first");
    EXPECT_EQ((co_await reader.Read()).value(), "se");
    EXPECT_EQ(reader.offset(), 8);
    EXPECT_THAT(co_await test.Lines(reader), ElementsAre("cond", "third"));
  }(*this));
}

TEST_F(FileReaderTest, ALineThatIsTooLong) {
  Make("file", "short\n" + std::string(100, 'x') + "\n");
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    FileReader reader(*test.runtime_, file, {.chunk_bytes = 16, .max_line_bytes = 50});
    EXPECT_EQ((co_await reader.ReadLine()).value(), "short");
    const absl::Status status = (co_await reader.ReadLine()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status.message(), "read a line at byte 6: longer than 50 bytes (max_line_bytes)");
  }(*this));
}

TEST_F(FileReaderTest, NoMoreChunksAheadThanAskedFor) {
  Make("file", std::string(100, 'x'));
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    FileReader reader(*test.runtime_, file, {.chunk_bytes = 1, .chunks_ahead = 3});
    EXPECT_EQ((co_await reader.Read()).value(), "x");
    // The kernel knows how many reads there were when nothing more comes.
    for (int i = 0; i < 20; ++i) (co_await test.runtime_->Submit(StatFile{.file = file})).value();
    int64_t reads = 0;
    for (const RuntimeStats::OfKind& kind : test.runtime_->Stats().kinds) {
      if (kind.name == ReadAt::kKind) reads = kind.stats.submitted;
    }
    EXPECT_LE(reads, 4);
    EXPECT_EQ((co_await test.Chunks(reader)).size(), size_t{99});
  }(*this));
}

TEST_F(FileReaderTest, AFileThatGrowsIsReadOnAfterItsEnd) {
  const std::string path = Make("file", "one\n");
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path("file"), {.read = true})).value();
    FileReader reader(*test.runtime_, file);
    EXPECT_THAT(co_await test.Lines(reader), ElementsAre("one"));
    EXPECT_EQ((co_await reader.ReadLine()).value(), std::nullopt);
    EXPECT_TRUE(
        (co_await test.runtime_->Submit(AppendFile{.path = file.path(), .data = "two\nthree"}))
            .ok());
    EXPECT_THAT(co_await test.Lines(reader), ElementsAre("two", "three"));
  }(*this));
}

TEST_F(FileReaderTest, AnErrorStays) {
  Make("file", "x");
  Run([](FileReaderTest& test) -> Task<void> {
    const File file = (co_await test.Open(test.Path(""), {.read = true})).value();
    FileReader reader(*test.runtime_, file);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ((co_await reader.Read()).status().message(),
                absl::StrCat("read \"", test.Path(""), "\" (0 bytes read): Is a directory"));
    }
  }(*this));
}

TEST_F(FileReaderTest, ACancelledReadLosesNothing) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  Run([](FileReaderTest& test) -> Task<void> {
    const File fifo = (co_await test.Open(test.Path("fifo"), {.read = true})).value();
    FileReader reader(*test.runtime_, fifo, {.offset = kCurrentOffset});
    absl::StatusOr<std::string> chunk = co_await WithTimeout(reader.Read(), absl::Milliseconds(5));
    EXPECT_EQ(chunk.status().code(), absl::StatusCode::kDeadlineExceeded);
    const int writer = open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(write(writer, "a line\nand ", 11), 11);
    EXPECT_EQ((co_await reader.ReadLine()).value(), "a line");
    // What has come of a line is there for the next call.
    absl::StatusOr<std::optional<std::string>> line =
        co_await WithTimeout(reader.ReadLine(), absl::Milliseconds(5));
    EXPECT_EQ(line.status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(write(writer, "more\n", 5), 5);
    EXPECT_EQ((co_await reader.ReadLine()).value(), "and more");
    close(writer);
    EXPECT_EQ((co_await reader.ReadLine()).value(), std::nullopt);
  }(*this));
}

TEST_F(FileReaderTest, DestroyedWhileItReadsAhead) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  // The loop would go on for ever, if the read that waits were not cancelled.
  Run([](FileReaderTest& test) -> Task<void> {
    const File fifo = (co_await test.Open(test.Path("fifo"), {.read = true})).value();
    FileReader reader(*test.runtime_, fifo, {.offset = kCurrentOffset});
    absl::StatusOr<std::string> chunk = co_await WithTimeout(reader.Read(), absl::Milliseconds(5));
    EXPECT_FALSE(chunk.ok());
    FileReader moved = std::move(reader);
  }(*this));
}

}  // namespace
}  // namespace rondo::fs
