#include "redis.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "redis_plugin.h"
#include "runtime/runtime.h"

namespace redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A redis-server that keeps nothing, behind a Unix socket.
class Server {
 public:
  explicit Server(const std::string& socket) {
    int output[2];
    EXPECT_EQ(pipe2(output, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(output[1], STDOUT_FILENO);
      execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket.c_str(),
             "--save", "", "--appendonly", "no", "--daemonize", "no", nullptr);
      _exit(127);
    }
    close(output[1]);
    // It says when it is ready.
    FILE* const lines = fdopen(output[0], "r");
    char line[4096];
    std::string said;
    while (said.find("eady to accept connections") == std::string::npos &&
           std::fgets(line, sizeof(line), lines) != nullptr) {
      said = line;
    }
    EXPECT_THAT(said, HasSubstr("eady to accept connections")) << "is redis-server installed?";
    lines_ = lines;
  }
  ~Server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::fclose(lines_);
  }

 private:
  pid_t pid_ = -1;
  FILE* lines_ = nullptr;
};

class RedisTest : public testing::Test {
 protected:
  void SetUp() override {
    // Not TEST_TMPDIR: the path of a socket has to be short.
    char folder[] = "/tmp/redis_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    auto built = rondo::Runtime::Builder()
                     .Add(std::make_unique<RedisPlugin>(Options{.socket = Socket()}))
                     .Build();
    ASSERT_TRUE(built.ok()) << built.status();
    runtime_ = *std::move(built);
  }
  void TearDown() override {
    runtime_ = nullptr;
    server_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  std::string Socket() const { return folder_ + "/socket"; }
  void StartServer() { server_ = std::make_unique<Server>(Socket()); }

  absl::StatusOr<Reply> Run(std::vector<std::string> args, rondo::SubmitOptions options = {}) {
    absl::StatusOr<Reply> result = absl::UnknownError("not told");
    runtime_->Submit(
        Command{.args = std::move(args)},
        [&](absl::StatusOr<Reply> reply) { result = std::move(reply); }, options);
    EXPECT_EQ(runtime_->Run(), absl::OkStatus());
    return result;
  }

  std::string folder_;
  std::unique_ptr<rondo::Runtime> runtime_;
  std::unique_ptr<Server> server_;
};

TEST_F(RedisTest, EveryKindOfAnswer) {
  StartServer();
  EXPECT_EQ(Run({"PING"})->text, "PONG");
  EXPECT_EQ(Run({"SET", "key", std::string("a\0b", 3)})->text, "OK");
  EXPECT_EQ(Run({"GET", "key"})->text, std::string("a\0b", 3));
  EXPECT_TRUE(Run({"GET", "nothing"})->nil);
  EXPECT_EQ(Run({"STRLEN", "key"})->integer, 3);
  EXPECT_EQ(Run({"RPUSH", "list", "one", "two"})->integer, 2);
  EXPECT_THAT(Run({"LRANGE", "list", "0", "-1"})->list, ElementsAre("one", "two"));
  EXPECT_EQ(Run({"COMMAND", "INFO", "get"}).status().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(RedisTest, WhatTheServerObjectsTo) {
  StartServer();
  const absl::Status status = Run({"NOSUCH"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("unknown command"));
  EXPECT_EQ(Run({}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RedisTest, CommandsArePipelinedAndKeepTheirOrder) {
  StartServer();
  std::vector<int64_t> answers;
  for (int i = 0; i < 1000; ++i) {
    runtime_->Submit(Command{.args = {"INCR", "count"}},
                     [&](absl::StatusOr<Reply> reply) { answers.push_back(reply->integer); });
  }
  const int64_t turns_before = runtime_->Stats().loop.turns;
  ASSERT_EQ(runtime_->Run(), absl::OkStatus());
  ASSERT_EQ(answers.size(), 1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(answers[i], i + 1);
  EXPECT_LT(runtime_->Stats().loop.turns - turns_before, 200) << "one at a time, as it seems";
}

TEST_F(RedisTest, NoServer) {
  const absl::Status status = Run({"PING"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Socket()));
}

TEST_F(RedisTest, AServerThatDiesAndComesBack) {
  StartServer();
  EXPECT_EQ(Run({"PING"})->text, "PONG");
  // This one waits at the server while it dies.
  absl::Status broken;
  runtime_->Submit(Command{.args = {"BLPOP", "nothing", "0"}},
                   [&](absl::StatusOr<Reply> reply) { broken = reply.status(); });
  runtime_->Submit(Command{.args = {"PING"}}, [](absl::StatusOr<Reply>) {});
  ASSERT_EQ(runtime_->RunOnce(absl::InfiniteDuration()), absl::OkStatus());
  server_ = nullptr;
  ASSERT_EQ(runtime_->Run(), absl::OkStatus());
  EXPECT_EQ(broken.code(), absl::StatusCode::kUnavailable) << broken;
  EXPECT_EQ(Run({"PING"}).status().code(), absl::StatusCode::kUnavailable);
  std::filesystem::remove(Socket());
  StartServer();
  EXPECT_EQ(Run({"PING"})->text, "PONG");
}

TEST_F(RedisTest, AnAnswerThatNobodyWaitsForAnyMore) {
  StartServer();
  EXPECT_EQ(Run({"BLPOP", "nothing", "0"}, {.timeout = absl::Milliseconds(20)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(runtime_->DumpActive(), testing::IsEmpty());
}

TEST_F(RedisTest, ARuntimeThatEndsWithCommandsUnderWay) {
  StartServer();
  runtime_->Submit(Command{.args = {"BLPOP", "nothing", "0"}},
                   [](absl::StatusOr<Reply>) { FAIL() << "called"; });
  ASSERT_EQ(runtime_->RunOnce(absl::InfiniteDuration()), absl::OkStatus());
  runtime_ = nullptr;
}

}  // namespace
}  // namespace redis
