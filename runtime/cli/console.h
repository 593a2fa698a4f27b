// What the rondo command prints.
#ifndef RONDO_RUNTIME_CLI_CONSOLE_H_
#define RONDO_RUNTIME_CLI_CONSOLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo::cli {

// How a command ended, for who called it.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,  // The task, the plugin or the file did.
  kUsage = 2,   // The command line is no command.
};

// Standard output for what was asked for, standard error for all else. Not thread-safe.
class Console {
 public:
  // `colour` as told; else where the standard output is a terminal.
  explicit Console(std::optional<bool> colour);

  // Writes bytes as they are.
  void Out(absl::string_view text);
  // The same, with an end of line where a terminal would otherwise continue in it.
  void OutLine(absl::string_view text);
  void Error(absl::string_view line);
  // An error of a command, in one line; returns the code to exit with.
  ExitCode Fail(const absl::Status& status, ExitCode code = kFailed);

  // `text` in a colour, where there are colours.
  std::string Bold(absl::string_view text) const { return Paint("1", text); }
  std::string Dim(absl::string_view text) const { return Paint("2", text); }

  bool out_is_terminal() const { return out_is_terminal_; }

  // Draws how far something has come, at most some times a second, where standard error is a
  // terminal.
  void Progress(int64_t done, int64_t total, int64_t now_nanos);
  void EndProgress();

 private:
  std::string Paint(absl::string_view code, absl::string_view text) const;

  const bool out_is_terminal_;
  const bool error_is_terminal_;
  const bool colour_;
  int64_t drawn_nanos_ = 0;
  bool drawn_ = false;
};

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_CONSOLE_H_
