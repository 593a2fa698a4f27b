#include "runtime/cli/console.h"

#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rondo::cli {

Console::Console(std::optional<bool> colour)
    : out_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      error_is_terminal_(::isatty(STDERR_FILENO) == 1),
      colour_(colour.value_or(out_is_terminal_)) {}

void Console::Out(absl::string_view text) {
  EndProgress();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Console::OutLine(absl::string_view text) {
  Out(text);
  if (out_is_terminal_ && !absl::EndsWith(text, "\n")) Out("\n");
}

void Console::Error(absl::string_view line) {
  EndProgress();
  std::fflush(stdout);
  absl::FPrintF(stderr, "%s\n", line);
}

ExitCode Console::Fail(const absl::Status& status, ExitCode code) {
  Error(absl::StrCat("rondo: ", status.message(), " (", absl::StatusCodeToString(status.code()),
                     ")"));
  return code;
}

std::string Console::Paint(absl::string_view code, absl::string_view text) const {
  return colour_ ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m") : std::string(text);
}

void Console::Progress(int64_t done, int64_t total, int64_t now_nanos) {
  constexpr int64_t kInterval = 100'000'000;
  constexpr int64_t kWidth = 40;
  if (!error_is_terminal_ || now_nanos - drawn_nanos_ < kInterval) return;
  drawn_nanos_ = now_nanos;
  drawn_ = true;
  const auto filled = static_cast<size_t>(kWidth * done / total);
  absl::FPrintF(stderr, "\r[%s%s] %d of %d", std::string(filled, '='),
                std::string(kWidth - filled, ' '), done, total);
}

void Console::EndProgress() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace rondo::cli
