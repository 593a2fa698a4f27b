#include <sys/eventfd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/time/time.h"
#include "runtime/awaitables.h"
#include "runtime/fd_handle.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/timer.h"
#include "tests/runtime/loading/linked_plugins.h"
#include "tests/runtime/loading/sample.h"

namespace rondo::sample {
namespace {

[[maybe_unused]] const int initialised = ++conduct.libraries_mapped;

// Of a type that only this library knows.
class Mishap : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

absl::Status Do(Step step) {
  if (conduct.throws_in == step) throw Mishap("a mishap");
  return conduct.fails_in == step ? absl::UnavailableError("not today") : absl::OkStatus();
}

absl::StatusOr<std::string> ReverseText(Reverse request, TaskContext&) {
  if (request.text == "throw") throw Mishap("a mishap");
  // Of Abseil, what the host may well not use itself.
  const absl::Cord text(std::string(request.text.rbegin(), request.text.rend()));
  VLOG(1) << "reversed " << text;
  return std::string(text);
}

absl::Status HoldOn(Hold request, TaskContext&) {
  if (request.began != nullptr) request.began->Notify();
  if (request.go_on != nullptr) request.go_on->WaitForNotification();
  return absl::OkStatus();
}

Task<absl::Status> DozeOff(Doze) { co_return co_await Sleep(absl::Hours(1)); }

}  // namespace

class SamplePlugin final : public Plugin {
 public:
  SamplePlugin() {
    Do(Step::kConstructor).IgnoreError();
    ++conduct.alive;
  }
  ~SamplePlugin() override { --conduct.alive; }

  PluginInfo info() const override {
    Do(Step::kInfo).IgnoreError();
    return {.name = conduct.name, .summary = "for tests"};
  }

  absl::Status Register(Registrar& registrar) override {
    registrar.OnPool<Reverse>(&ReverseText);
    registrar.OnPool<Hold>(&HoldOn, {.max_concurrency = 1});
    registrar.OnLoop<Doze>(&DozeOff);
    registrar.OnPool<RingBells>(
        [](const RingBells&, TaskContext&) -> absl::StatusOr<std::vector<Bell>> {
          std::vector<Bell> bells;
          for (int i = 0; i < 2; ++i) bells.emplace_back();
          return bells;
        });
    return Do(Step::kRegister);
  }

  // Has a descriptor, a watch and a timer by the time it fails.
  absl::Status Start(Runtime& runtime) override {
    events_ = std::make_unique<FdHandle>(runtime.loop(), eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                         "sample events");
    absl::Status status = events_->Start(Readiness::kReadable, [](Readiness) {});
    if (!status.ok()) return status;
    events_->Unref();
    timer_ = std::make_unique<Timer>(runtime.loop(), [] {});
    timer_->Unref();
    timer_->Start(absl::Hours(1));
    return Do(Step::kStart);
  }

  void Stop() override {
    ++conduct.stopped;
    events_ = nullptr;
    timer_ = nullptr;
    Do(Step::kStop).IgnoreError();
  }

 private:
  std::unique_ptr<FdHandle> events_;
  std::unique_ptr<Timer> timer_;
};

RONDO_PLUGIN(SamplePlugin);

std::unique_ptr<Plugin> MakeSample() { return std::make_unique<SamplePlugin>(); }

}  // namespace rondo::sample
