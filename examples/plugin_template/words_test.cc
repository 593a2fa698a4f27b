#include "words.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/runtime.h"
#include "words_plugin.h"

namespace words {
namespace {

class WordsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto built = rondo::Runtime::Builder().Add(std::make_unique<WordsPlugin>()).Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime_ = *std::move(built);
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    pipe_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(pipe_, 0);
  }
  void TearDown() override {
    close(pipe_);
    unlink(path_.c_str());
  }

  void Write(const std::string& text) {
    ASSERT_EQ(write(pipe_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  template <typename Request>
  auto Run(Request request, rondo::SubmitOptions options = {}) {
    absl::StatusOr<typename Request::Result> result = absl::UnknownError("not told");
    runtime_->Submit(
        std::move(request), [&](auto outcome) { result = std::move(outcome); }, options);
    EXPECT_EQ(runtime_->Run(), absl::OkStatus());
    return result;
  }

  const std::string path_ = testing::TempDir() + "/pipe";
  int pipe_ = -1;
  std::unique_ptr<rondo::Runtime> runtime_;
};

TEST_F(WordsTest, Counts) {
  const auto count = Run(CountWords{.text = "one two\n three\n"});
  EXPECT_EQ(count->lines, 2);
  EXPECT_EQ(count->words, 3);
}

TEST_F(WordsTest, ReadsOneLineAndLeavesTheNext) {
  Write("one\ntwo\n");
  EXPECT_EQ(*Run(ReadLine{.path = path_}), "one");
  EXPECT_EQ(*Run(ReadLine{.path = path_}), "two");
}

TEST_F(WordsTest, WaitsForTheRestOfTheLine) {
  Write("o");
  runtime_->Post([this] { Write("ne\n"); });
  EXPECT_EQ(*Run(ReadLine{.path = path_}), "one");
}

TEST_F(WordsTest, StopsWaitingWhenTimeIsUp) {
  EXPECT_EQ(Run(ReadLine{.path = path_}, {.timeout = absl::Milliseconds(1)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(runtime_->DumpActive(), testing::IsEmpty());
}

TEST_F(WordsTest, ALineThatIsTooLong) {
  Write(std::string(4097, 'x') + "\n");
  EXPECT_EQ(Run(ReadLine{.path = path_}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(WordsTest, WhatIsNoPipe) {
  EXPECT_EQ(Run(ReadLine{.path = "/nowhere"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run(ReadLine{.path = "/dev/null"}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace words
