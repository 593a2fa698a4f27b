#include "examples/node_experiment/journal.h"

#include <pthread.h>

#include <iostream>
#include <utility>

#include "absl/strings/str_format.h"

namespace rondo::experiment {
namespace {

std::string ThisThread(const Loop& loop) {
  if (loop.OnLoopThread()) return "main";
  char name[16] = "?";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

}  // namespace

void Journal::Start(Runtime& runtime) {
  runtime_ = &runtime;
  start_nanos_ = runtime.loop().clock().NowNanos();
}

void Journal::WriteLine(std::string text) {
  Loop& loop = runtime_->loop();
  const int64_t nanos = loop.clock().NowNanos() - start_nanos_;
  if (loop.OnLoopThread()) return Print(nanos, ThisThread(loop), text);
  loop.Post([this, nanos, thread = ThisThread(loop), text = std::move(text)] {
    Print(nanos, thread, text);
  });
}

void Journal::Print(int64_t nanos, absl::string_view thread, absl::string_view text) const {
  std::cout << absl::StreamFormat("%7.1f ms  turn %-3d %-6s %s", static_cast<double>(nanos) / 1e6,
                                  runtime_->loop().turn(), thread, text)
            << std::endl;
}

}  // namespace rondo::experiment
