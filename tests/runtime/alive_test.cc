// What keeps a loop alive, and how it is listed.
#include <sys/eventfd.h>

#include <list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/completion.h"
#include "runtime/fd_handle.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "runtime/timer.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct OnAWorker {
  static constexpr absl::string_view kKind = "test.on_a_worker";
  using Result = int;
};

// Completes when the test says so.
struct Held {
  static constexpr absl::string_view kKind = "test.held";
  using Result = int;
};

struct Slept {
  static constexpr absl::string_view kKind = "test.slept";
  using Result = int;
};

class Alive : public SimulatedRuntime {
 protected:
  void SetUp() override {
    Build([this](Registrar& registrar) {
      registrar.OnPool<OnAWorker>([](OnAWorker, TaskContext&) -> absl::StatusOr<int> { return 1; });
      registrar.OnLoop<Held>(
          [this](Held, Completion<int> completion) { held_.push_back(std::move(completion)); });
      registrar.OnLoop<Slept>([](Slept) -> Task<absl::StatusOr<int>> {
        if (absl::Status status = co_await Sleep(absl::Seconds(5)); !status.ok()) co_return status;
        co_return 3;
      });
      return absl::OkStatus();
    });
  }

  auto LogResult() {
    return [this](absl::StatusOr<int> result) {
      log.push_back(result.ok() ? absl::StrCat(*result) : result.status().ToString());
    };
  }
  std::vector<std::string> Listed() {
    std::vector<std::string> what;
    for (const ActiveItem& item : runtime->DumpActive()) what.push_back(item.what);
    return what;
  }

  std::vector<Completion<int>> held_;
};

TEST_F(Alive, L6_ATaskOnThePoolAlone) {
  runtime->Submit(OnAWorker{}, LogResult());
  EXPECT_TRUE(runtime->loop().alive());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("1"));
  EXPECT_FALSE(runtime->loop().alive());
}

TEST_F(Alive, L6_ATaskOnTheLoopAlone) {
  runtime->Submit(Held{}, LogResult());
  EXPECT_TRUE(runtime->loop().alive());
  // An unreferenced timer is no reason to stay, but runs while there is one.
  Timer timer(runtime->loop(), [this] { held_.front().Complete(2); });
  timer.Start(absl::Seconds(1));
  timer.Unref();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("2"));
  EXPECT_FALSE(runtime->loop().alive());
}

TEST_F(Alive, L6_ATaskWhoseBodyIsACoroutineAlone) {
  runtime->Submit(Slept{}, LogResult());
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("3"));
  EXPECT_EQ(Now(), absl::Seconds(5));
}

TEST_F(Alive, L6_ACoroutineOnThePoolAlone) {
  runtime->Spawn([](Alive* test) -> Task<void> {
    EXPECT_TRUE((co_await ResumeOnPool()).ok());
    co_await ResumeOnLoop();
    test->Log("back");
  }(this));
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("back"));
}

TEST_F(Alive, L11_EverythingIsListed) {
  EXPECT_THAT(Listed(), IsEmpty());
  runtime->Submit(OnAWorker{}, LogResult());
  runtime->Submit(Held{}, LogResult());
  runtime->Spawn([]() -> Task<void> { (co_await ResumeOnPool()).IgnoreError(); }(), "compressor");
  Timer timer(runtime->loop(), [] {});
  timer.Start(absl::Seconds(1));
  Timer unreferenced(runtime->loop(), [] {});
  unreferenced.Start(absl::Seconds(1));
  unreferenced.Unref();
  FdHandle handle(runtime->loop(), eventfd(0, EFD_CLOEXEC), "the event");
  ASSERT_TRUE(handle.Start(Readiness::kReadable, [](Readiness) {}).ok());
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());  // The coroutine goes to the pool.
  runtime->SetImmediate([] {});
  EXPECT_THAT(Listed(), UnorderedElementsAre("task test.on_a_worker", "task test.held",
                                             "spawned compressor", "timer", "watch the event",
                                             "1 x Loop::Keep (a coroutine on the pool has one)",
                                             "queued callbacks"));
  held_.clear();
  handle.Close();
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(Alive, L11_AgesCountFromTheStart) {
  FdHandle handle(runtime->loop(), eventfd(0, EFD_CLOEXEC), "the event");
  ASSERT_TRUE(handle.Start(Readiness::kReadable, [](Readiness) {}).ok());
  clock->Advance(absl::Seconds(3));
  Timer timer(runtime->loop(), [] {});
  timer.Start(absl::Seconds(60));
  clock->Advance(absl::Seconds(4));
  std::vector<absl::Duration> ages;
  for (const ActiveItem& item : runtime->DumpActive()) ages.push_back(item.age);
  EXPECT_THAT(ages, UnorderedElementsAre(absl::Seconds(7), absl::Seconds(4)));
}

TEST_F(Alive, S2_ATimerBesideABlockingTaskFiresOnTime) {
  runtime->Submit(OnAWorker{}, LogResult());  // No worker takes it until the loop has nothing else.
  runtime->SetTimeout(absl::Milliseconds(50), [this] { Log(absl::FormatDuration(Now())); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("50ms", "1"));
  EXPECT_LE(runtime->loop().turn(), 4);
}

TEST_F(Alive, L11_AgesOfTasksCountFromTheirSubmission) {
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  clock->Advance(absl::Seconds(10));  // The host of an embedded loop sleeps.
  for (int i = 0; i < 20; ++i) runtime->Submit(Held{}, LogResult());
  for (const ActiveItem& item : runtime->DumpActive()) EXPECT_EQ(item.age, absl::ZeroDuration());
  held_.clear();
  ASSERT_TRUE(runtime->Run().ok());
}

TEST_F(Alive, OfATimeoutAndADeadlineTheEarlierCounts) {
  for (const int timeout : {10, 60}) {
    const absl::Time submitted = clock->CalendarTime();
    const absl::Duration earlier = absl::Seconds(timeout == 10 ? 10 : 30);
    runtime->Submit(Held{}, LogResult(),
                    {.timeout = absl::Seconds(timeout), .deadline = submitted + absl::Seconds(30)});
    EXPECT_EQ(held_.front().deadline(), submitted + earlier);
    held_.front().OnCancel([this] { held_.clear(); });
    ASSERT_TRUE(runtime->Run().ok());
    EXPECT_EQ(clock->CalendarTime() - submitted, earlier);
  }
  EXPECT_EQ(log.size(), 2u);
}

TEST_F(Alive, ADeadlineByTheCalendarIsReadFromTheRuntimesClock) {
  // The simulation's calendar stands in 1970: by the machine's this deadline has passed.
  runtime->Submit(Held{}, LogResult(), {.deadline = clock->CalendarTime() + absl::Seconds(30)});
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  EXPECT_THAT(log, IsEmpty());
  EXPECT_EQ(held_.front().deadline(), clock->CalendarTime() + absl::Seconds(30));
  held_.front().OnCancel([this] { held_.clear(); });
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_THAT(log, ElementsAre("DEADLINE_EXCEEDED: test.held: deadline exceeded"));
  EXPECT_EQ(Now(), absl::Seconds(30));
}

}  // namespace
}  // namespace rondo
