// Kinds that the tests of submission and cancellation share.
#ifndef RONDO_TESTS_RUNTIME_SUBMIT_FIXTURE_H_
#define RONDO_TESTS_RUNTIME_SUBMIT_FIXTURE_H_

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "runtime/completion.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task_context.h"
#include "tests/runtime/fixture.h"

namespace rondo {

// A body that returns at once.
struct Double {
  static constexpr absl::string_view kKind = "test.double";
  using Result = int;
  int value = 0;
};

// Blocks until the test lets it go on; one runs at a time, and two may wait.
struct Block {
  static constexpr absl::string_view kKind = "test.block";
  using Result = std::string;
  absl::Notification* began = nullptr;
  absl::Notification* go_on = nullptr;
};

// Runs until it is asked to stop.
struct UntilStopped {
  static constexpr absl::string_view kKind = "test.until_stopped";
  using Result = std::string;
  absl::Notification* began = nullptr;
};

// Completes when the test says so.
struct Later {
  static constexpr absl::string_view kKind = "test.later";
  using Result = int;
  std::vector<Completion<int>>* completions = nullptr;
};

// Real threads, as many as the parameter says, and the kinds above.
class SubmitFixture : public RealRuntime {
 protected:
  void SetUp() override { Build(&RegisterKinds); }

  static absl::Status RegisterKinds(Registrar& registrar) {
    registrar.OnPool<Double>([](Double request, TaskContext&) -> absl::StatusOr<int> {
      if (request.value < 0) return absl::InvalidArgumentError("negative");
      return 2 * request.value;
    });
    registrar.OnPool<Block>(
        [](Block request, TaskContext& context) -> absl::StatusOr<std::string> {
          if (request.began != nullptr) request.began->Notify();
          if (request.go_on != nullptr) request.go_on->WaitForNotification();
          return context.stop_requested() ? "stopped" : "done";
        },
        {.max_concurrency = 1, .max_queue = 2});
    registrar.OnPool<UntilStopped>(
        [](UntilStopped request, TaskContext& context) -> absl::StatusOr<std::string> {
          if (request.began != nullptr) request.began->Notify();
          while (!context.stop_requested()) std::this_thread::yield();
          return "stopped";
        });
    registrar.OnLoop<Later>([](Later request, Completion<int> completion) {
      request.completions->push_back(std::move(completion));
    });
    return absl::OkStatus();
  }

  void AddKinds(std::string plugin, TestPlugin::RegisterFunction f) {
    absl::Status status =
        runtime->AddPlugin(std::make_unique<TestPlugin>(std::move(plugin), std::move(f)));
    ASSERT_TRUE(status.ok()) << status;
  }

  template <typename Condition>
  void RunUntil(Condition condition) {
    while (!condition()) ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
  }

  // A callback that keeps what it is told.
  template <typename T>
  static auto Into(std::vector<T>& results) {
    return [&results](T result) { results.push_back(std::move(result)); };
  }

  KindStats StatsOf(absl::string_view kind) const {
    for (const RuntimeStats::OfKind& of_kind : runtime->Stats().kinds) {
      if (of_kind.name == kind) return of_kind.stats;
    }
    ADD_FAILURE() << "no kind " << kind;
    return {};
  }
};

}  // namespace rondo

#endif  // RONDO_TESTS_RUNTIME_SUBMIT_FIXTURE_H_
