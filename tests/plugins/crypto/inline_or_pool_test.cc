#include "plugins/crypto/inline_or_pool.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/gate.h"
#include "runtime/completion.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"

namespace rondo::crypto::internal {
namespace {

using testing::ElementsAre;

// What it comes to is watched: of a result that nobody gets nothing may be left.
using Watched = std::shared_ptr<const std::string>;

struct Work {
  static constexpr absl::string_view kKind = "test.work";
  using Result = Watched;
  int number = 0;
};

using StopRequested = absl::FunctionRef<bool()>;
using Body = absl::AnyInvocable<absl::StatusOr<Watched>(int, StopRequested) const>;

// Has the one kind, whose body is the test's.
class WorkPlugin final : public Plugin {
 public:
  WorkPlugin(const Body& body, std::shared_ptr<Gate> gate) : body_(body), gate_(std::move(gate)) {}

  PluginInfo info() const override { return {.name = "test", .summary = "work"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnLoop<Work>([this](Work request, Completion<Watched> completion) {
      RunOnPool(
          std::move(request), std::move(completion),
          [this](const Work& work, StopRequested stopped) { return body_(work.number, stopped); },
          gate_);
    });
    return absl::OkStatus();
  }

 private:
  const Body& body_;
  const std::shared_ptr<Gate> gate_;
};

class InlineOrPool : public testing::Test {
 protected:
  void Start(std::shared_ptr<Gate> gate = nullptr) {
    runtime_ = Runtime::Builder()
                   .Add(std::make_unique<WorkPlugin>(body_, std::move(gate)))
                   .Build()
                   .value();
  }
  TaskHandle Submit(int number, SubmitOptions options = {}) {
    return runtime_->Submit(
        Work{number},
        [this, number](const absl::StatusOr<Watched>& result) {
          codes_.push_back(result.status().code());
          messages_.emplace_back(result.status().message());
          if (told_) told_(number);
        },
        options);
  }

  Body body_;
  absl::AnyInvocable<void(int)> told_;
  std::vector<absl::StatusCode> codes_;
  std::vector<std::string> messages_;
  std::unique_ptr<Runtime> runtime_;
};

// The body runs, and goes on only when its caller has been told.
class InlineOrPoolStop : public InlineOrPool {
 protected:
  InlineOrPoolStop() {
    body_ = [this](int, StopRequested stopped) -> absl::StatusOr<Watched> {
      EXPECT_FALSE(stopped());
      begun_.Notify();
      go_on_.WaitForNotification();
      EXPECT_TRUE(stopped());
      auto result = std::make_shared<const std::string>("secret");
      late_ = result;
      return result;
    };
    told_ = [this](int) { go_on_.Notify(); };
    Start();
  }
  void ExpectTheResultIsGone() {
    EXPECT_EQ(runtime_->pool().stats().started, 1);
    runtime_.reset();
    EXPECT_TRUE(late_.expired());
  }

  absl::Notification begun_;
  absl::Notification go_on_;
  std::weak_ptr<const std::string> late_;
};

TEST_F(InlineOrPoolStop, P3_WhoeverCancelsIsToldWhileTheBodyRuns) {
  TaskHandle handle = Submit(1);
  begun_.WaitForNotification();
  handle.Cancel();
  EXPECT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(codes_, ElementsAre(absl::StatusCode::kCancelled));
  ExpectTheResultIsGone();
}

TEST_F(InlineOrPoolStop, P3_ADeadlinePassesWhileTheBodyRuns) {
  Submit(1, {.timeout = absl::Milliseconds(20)});
  begun_.WaitForNotification();
  EXPECT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(codes_, ElementsAre(absl::StatusCode::kDeadlineExceeded));
  ExpectTheResultIsGone();
}

// Else many who are cancelled could be inside at once, and hold every worker.
TEST_F(InlineOrPool, ThePlaceIsFreeWhenTheBodyHasEndedAndNotWhenItIsCancelled) {
  absl::Notification begun;
  absl::Notification go_on;
  body_ = [&](int number, StopRequested) -> absl::StatusOr<Watched> {
    if (number == 1) {
      begun.Notify();
      go_on.WaitForNotification();
    }
    return nullptr;
  };
  Start(std::make_shared<Gate>(1));
  TaskHandle first = Submit(1);
  Submit(2);
  begun.WaitForNotification();
  first.Cancel();
  told_ = [&](int number) {
    if (number != 1) return;
    EXPECT_EQ(runtime_->pool().stats().scheduled, 1);
    go_on.Notify();
  };
  EXPECT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(codes_, ElementsAre(absl::StatusCode::kCancelled, absl::StatusCode::kOk));
  EXPECT_EQ(runtime_->pool().stats().scheduled, 2);
}

TEST_F(InlineOrPool, P9_AnExceptionIsAStatus) {
  body_ = [](int number, StopRequested) -> absl::StatusOr<Watched> {
    if (number == 1) throw std::runtime_error("no luck");
    throw number;
  };
  Start();
  told_ = [this](int number) {
    if (number == 1) Submit(2);
  };
  Submit(1);
  EXPECT_TRUE(runtime_->Run().ok());
  EXPECT_THAT(codes_, ElementsAre(absl::StatusCode::kInternal, absl::StatusCode::kInternal));
  EXPECT_THAT(messages_, ElementsAre("test.work: exception: no luck",
                                     "test.work: exception of an unknown type"));
}

TEST_F(InlineOrPool, P2_WhatIsCancelledBeforeAWorkerTookItDoesNotRun) {
  absl::Notification go_on;
  int ran = 0;
  body_ = [&](int, StopRequested) -> absl::StatusOr<Watched> {
    ++ran;
    return nullptr;
  };
  runtime_ = Runtime::Builder()
                 .Threads(1)
                 .Add(std::make_unique<WorkPlugin>(body_, nullptr))
                 .Build()
                 .value();
  ASSERT_TRUE(runtime_->pool().Schedule([&] { go_on.WaitForNotification(); }).ok());
  TaskHandle handle = Submit(1);
  handle.Cancel();
  told_ = [&](int) { go_on.Notify(); };
  EXPECT_TRUE(runtime_->Run().ok());
  runtime_.reset();
  EXPECT_THAT(codes_, ElementsAre(absl::StatusCode::kCancelled));
  EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace rondo::crypto::internal
