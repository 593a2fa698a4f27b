#include "tests/plugins/net/program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace rondo::net {
namespace {

pid_t Spawn(const std::vector<std::string>& command, int fd) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int standard : {0, 1, 2}) posix_spawn_file_actions_adddup2(&actions, fd, standard);
  pid_t pid = -1;
  const int error =
      ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  CHECK_EQ(error, 0) << command[0] << ": " << std::strerror(error) << "; run setup.sh";
  return pid;
}

}  // namespace

Program::Program(Loop& loop, const std::vector<std::string>& command) {
  int fds[2];
  CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  pid_ = Spawn(command, fds[1]);
  ::close(fds[1]);
  absl::StatusOr<UnixStream> stream = UnixStream::Adopt(loop, fds[0]);
  CHECK_OK(stream.status());
  stream_ = *std::move(stream);
  reader_.emplace(*stream_);
}

Program::~Program() {
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Task<void> Program::Say(absl::string_view text) { CHECK_OK(co_await stream_->Write(text)); }

void Program::NoMoreInput() { CHECK_OK(stream_->ShutdownWrite()); }

Task<std::string> Program::ReadLine() {
  absl::StatusOr<std::string> line = co_await reader_->ReadUntil("\n", 1 << 20);
  if (!line.ok()) line = std::string(reader_->buffered());
  absl::StrAppend(&output_, *line, "\n");
  co_return *line;
}

Task<std::string> Program::ReadUntilLineWith(absl::string_view text) {
  for (;;) {
    absl::StatusOr<std::string> line = co_await reader_->ReadUntil("\n", 1 << 20);
    if (!line.ok()) co_return "";
    absl::StrAppend(&output_, *line, "\n");
    if (line->find(text) != std::string::npos) co_return *line;
  }
}

Task<int> Program::End() {
  co_await ReadUntilLineWith("\n");  // In no line: reads all there is.
  output_ += reader_->buffered();
  int status = 0;
  CHECK_EQ(::waitpid(pid_, &status, 0), pid_);
  ended_ = true;
  co_return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace rondo::net
