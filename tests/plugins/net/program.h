// Another program, as a peer in tests.
#ifndef RONDO_TESTS_PLUGINS_NET_PROGRAM_H_
#define RONDO_TESTS_PLUGINS_NET_PROGRAM_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/net/buffered_reader.h"
#include "plugins/net/unix_stream.h"
#include "runtime/loop.h"
#include "runtime/task.h"

namespace rondo::net {

// Starts a program that is found in PATH, with a socket for its standard input, output and error:
// what it prints can be awaited. The test dies when it is not installed; setup.sh installs all that
// tests need.
//
//   Program client(loop, {"socat", "-", "TCP:127.0.0.1:80"});
//   co_await client.Say("hello\n");
//   EXPECT_EQ(co_await client.ReadLine(), "hello");
//   EXPECT_EQ(co_await client.End(), 0);
class Program {
 public:
  Program(Loop& loop, const std::vector<std::string>& command);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  // Kills it if it still runs.
  ~Program();

  Task<void> Say(absl::string_view text);
  // Its input is at its end.
  void NoMoreInput();
  // Without the line's end. What there was, when it ends before.
  Task<std::string> ReadLine();
  // The first line that has `text` in it; "" when there is none, and its_output() is all it said.
  Task<std::string> ReadUntilLineWith(absl::string_view text);
  // Waits until it closes its output and ends. Its exit code, or minus a signal.
  Task<int> End();
  // All that was read of it.
  const std::string& its_output() const { return output_; }

 private:
  pid_t pid_;
  std::optional<UnixStream> stream_;
  std::optional<BufferedReader<UnixStream>> reader_;
  std::string output_;
  bool ended_ = false;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_PROGRAM_H_
