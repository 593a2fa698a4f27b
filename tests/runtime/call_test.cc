#include "runtime/call.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/completion.h"
#include "runtime/kind_info.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "runtime/with_timeout.h"
#include "tests/runtime/fields_fixture.h"
#include "tests/runtime/fixture.h"

namespace rondo {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct Repeat {
  static constexpr absl::string_view kKind = "test.repeat";
  using Result = std::string;
  std::string text = {};
  int32_t times = 2;

  void VisitFields(FieldVisitor& visit) {
    visit("text", text, {.required = true});
    visit("times", times);
  }
};

// Describes its fields only when it is asked at a good time.
struct Moody {
  static constexpr absl::string_view kKind = "test.moody";
  struct Result {
    void VisitFields(FieldVisitor&) {
      if (Moody::result_throws) throw std::runtime_error("not the result");
    }
  };
  static inline bool request_throws = false;
  static inline bool result_throws = false;

  void VisitFields(FieldVisitor&) {
    if (request_throws) throw std::runtime_error("not the request");
  }
};

struct Nothing {
  static constexpr absl::string_view kKind = "test.nothing";
  using Result = void;
};

struct Never {
  static constexpr absl::string_view kKind = "test.never";
  using Result = void;
};

struct Opaque {
  static constexpr absl::string_view kKind = "test.opaque";
  using Result = void;
  int* pointer = nullptr;
};

struct OpaqueResult {
  static constexpr absl::string_view kKind = "test.opaque_result";
  using Result = int*;
};

struct Light {
  static constexpr absl::string_view kKind = "test.light";
  using Result = Lamp;
};

// Its result throws after a live object was visited.
struct LightBroken {
  static constexpr absl::string_view kKind = "test.light_broken";
  struct Result {
    std::optional<Lamp> lamp;
    void VisitFields(FieldVisitor& visit) {
      visit("lamp", lamp);
      if (throws) throw std::runtime_error("broken");
    }
    static inline bool throws = false;
  };
};

struct IsLit {
  static constexpr absl::string_view kKind = "test.is_lit";
  using Result = bool;
  ResourceRef<Lamp> lamp = {};

  void VisitFields(FieldVisitor& visit) { visit("lamp", lamp, {.required = true}); }
};

class CallTest : public SimulatedRuntime {
 protected:
  void SetUp() override {
    Build([this](Registrar& registrar) {
      registrar.OnPool<Repeat>([](Repeat request, TaskContext&) -> absl::StatusOr<std::string> {
        if (request.times < 0) return absl::OutOfRangeError("times is negative");
        std::string text;
        for (int i = 0; i < request.times; ++i) text += request.text;
        return text;
      });
      registrar.OnLoop<Nothing>(
          [](Nothing, Completion<void> done) { done.Complete(absl::OkStatus()); });
      registrar.OnLoop<Never>([this](Never, Completion<void> done) {
        done.OnCancel([this] { never.reset(); });
        never = std::move(done);
      });
      registrar.OnPool<Moody>(
          [](Moody, TaskContext&) -> absl::StatusOr<Moody::Result> { return Moody::Result(); });
      registrar.OnPool<Opaque>([](Opaque, TaskContext&) { return absl::OkStatus(); });
      registrar.OnPool<OpaqueResult>(
          [](OpaqueResult, TaskContext&) -> absl::StatusOr<int*> { return nullptr; });
      registrar.OnLoop<Light>(
          [this](Light, Completion<Lamp> done) { done.Complete(Lamp(closed)); });
      registrar.OnLoop<LightBroken>([this](LightBroken, Completion<LightBroken::Result> done) {
        done.Complete(LightBroken::Result{.lamp = std::optional<Lamp>(closed)});
      });
      registrar.OnLoop<IsLit>([this](IsLit request, Completion<bool> done) {
        done.Complete(request.lamp->closed() == &closed && closed == 0);
      });
      return absl::OkStatus();
    });
  }

  absl::StatusOr<json> Call(absl::string_view kind, const json& request,
                            const SubmitOptions& options = {}) {
    std::vector<absl::StatusOr<json>> outcomes;
    runtime->Call(
        kind, request,
        [&outcomes](absl::StatusOr<json> outcome) { outcomes.push_back(std::move(outcome)); },
        options);
    EXPECT_EQ(outcomes.size(), 0u) << "told from within Call";
    EXPECT_TRUE(runtime->Run().ok());
    if (outcomes.size() != 1) return absl::DataLossError("not told exactly once");
    return outcomes[0];
  }

  int closed = 0;
  std::optional<Completion<void>> never;
};

TEST_F(CallTest, AKindIsCalledByItsName) {
  EXPECT_EQ(*Call("test.repeat", {{"text", "ab"}}), json("abab"));
  EXPECT_EQ(*Call("test.repeat", {{"text", "ab"}, {"times", 3}}), json("ababab"));
  EXPECT_EQ(*Call("test.nothing", json::object()), json());
}

TEST_F(CallTest, K11_AValueThatThrowsWhereItDescribesItself) {
  EXPECT_TRUE(Call("test.moody", json::object()).ok());
  Moody::request_throws = true;
  EXPECT_EQ(Call("test.moody", json::object()).status(),
            absl::InternalError("test.moody: exception: not the request"));
  Moody::request_throws = false;
  Moody::result_throws = true;
  EXPECT_EQ(Call("test.moody", json::object()).status(),
            absl::InternalError("test.moody: exception: not the result"));
  Moody::result_throws = false;
}

TEST_F(CallTest, K11_WhatNobodyLearnsTheIdOfIsClosed) {
  LightBroken::Result::throws = true;
  EXPECT_EQ(Call("test.light_broken", json::object()).status(),
            absl::InternalError("test.light_broken: exception: broken"));
  LightBroken::Result::throws = false;
  EXPECT_THAT(runtime->resources().Ids(), testing::IsEmpty());
  EXPECT_EQ(closed, 1);
}

TEST_F(CallTest, KindsThatThrowWhenDescribedAreDescribedWithoutTheirFields) {
  Moody::request_throws = true;
  const std::vector<KindInfo> kinds = DescribeKinds(*runtime);
  Moody::request_throws = false;
  for (const KindInfo& kind : kinds) {
    if (kind.name == "test.moody") EXPECT_FALSE(kind.request.has_value());
    if (kind.name == "test.repeat") EXPECT_TRUE(kind.request.has_value());
  }
  EXPECT_GT(kinds.size(), 5u);
}

TEST_F(CallTest, TheTasksErrorIsTheCalls) {
  EXPECT_EQ(Call("test.repeat", {{"text", ""}, {"times", -1}}).status(),
            absl::OutOfRangeError("times is negative"));
}

TEST_F(CallTest, K5_AnUnknownKindIsNotFoundWithSuggestions) {
  const absl::Status status = Call("test.repaet", json::object()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean test.repeat?"));
  EXPECT_THAT(std::string(Call("other.kind", json::object()).status().message()),
              HasSubstr("is the plugin \"other\" added to the runtime?"));
}

TEST_F(CallTest, K5_AWrongFieldNamesTheKindAndTheField) {
  EXPECT_EQ(
      Call("test.repeat", {{"text", "x"}, {"times", "2"}}).status(),
      absl::InvalidArgumentError("test.repeat: field \"times\": expected an integer, not \"2\""));
  EXPECT_EQ(
      Call("test.nothing", {{"x", 1}}).status(),
      absl::InvalidArgumentError("test.nothing: the request has no field \"x\"; it has none"));
}

TEST_F(CallTest, WhatCannotBeWrittenDownCannotBeCalled) {
  EXPECT_EQ(Call("test.opaque", json::object()).status(),
            absl::UnimplementedError("test.opaque: it cannot be called by name, since its request "
                                     "cannot be written down"));
  EXPECT_THAT(std::string(Call("test.opaque_result", json::object()).status().message()),
              HasSubstr("since its result cannot be written down"));
}

TEST_F(CallTest, FailedCallsAreToldLaterAndOnce) {
  int told = 0;
  runtime->Call("test.none", json::object(), [&told](absl::StatusOr<json>) { ++told; }).Cancel();
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(told, 1);
}

TEST_F(CallTest, DeadlinesAndHandlesWorkAsForTypedTasks) {
  EXPECT_EQ(Call("test.never", json::object(), {.timeout = absl::Seconds(1)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Now(), absl::Seconds(1));
  absl::StatusOr<json> outcome;
  runtime
      ->Call("test.never", json::object(),
             [&outcome](absl::StatusOr<json> result) { outcome = std::move(result); })
      .Cancel();
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(never.has_value());
}

TEST_F(CallTest, ACallCanBeAwaitedInAScope) {
  absl::StatusOr<json> text, late;
  const auto both = [&]() -> Task<void> {
    text = co_await runtime->Call("test.repeat", {{"text", "ab"}});
    const auto never = [&]() -> Task<absl::StatusOr<json>> {
      co_return co_await runtime->Call("test.never", json::object());
    };
    late = co_await WithTimeout(never(), absl::Seconds(2));
  };
  runtime->Spawn(both());
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(*text, json("abab"));
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CallTest, ACallInACancelledScopeIsNotMade) {
  absl::StatusOr<json> outcome = absl::UnknownError("not told");
  const auto cancelled = [&]() -> Task<void> {
    TaskScope scope(co_await CurrentScope());
    scope.Cancel(absl::AbortedError("before"));
    const auto call = [&]() -> Task<void> {
      outcome = co_await runtime->Call("test.repeat", {{"text", "ab"}});
    };
    co_await call().In(scope);
  };
  runtime->Spawn(cancelled());
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(outcome.status(), absl::AbortedError("before"));
  for (const auto& kind : runtime->Stats().kinds) EXPECT_EQ(kind.stats.run_time.count(), 0);
}

TEST_F(CallTest, ARuntimeThatEndsForgetsWhoAwaitsACall) {
  const auto forever = [&]() -> Task<void> {
    static_cast<void>(co_await runtime->Call("test.never", json::object()));
  };
  runtime->Spawn(forever());
  EXPECT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  never.reset();
}

TEST_F(CallTest, LiveObjectsAreCalledByIdUntilTheyAreClosed) {
  const json lamp = *Call("test.light", json::object());
  EXPECT_EQ(*Call("test.is_lit", {{"lamp", lamp}}), json(true));
  EXPECT_TRUE(runtime->resources().Close(lamp.get<std::string>()).ok());
  EXPECT_EQ(closed, 1);
  const absl::Status status = Call("test.is_lit", {{"lamp", lamp}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("test.is_lit: field \"lamp\": no resource"));
}

TEST_F(CallTest, K5_AMalformedRequestIsRefusedBeforeItsIdIsLookedFor) {
  const absl::Status status =
      Call("test.is_lit", {{"lamp", "test.lamp#9"}, {"colour", "red"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("no field \"colour\""));
}

TEST_F(CallTest, TheRuntimeClosesWhatIsLeftOpen) {
  ASSERT_TRUE(Call("test.light", json::object()).ok());
  runtime.reset();
  EXPECT_EQ(closed, 1);
}

}  // namespace
}  // namespace rondo
