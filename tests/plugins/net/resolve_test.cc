#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/when_all.h"
#include "tests/plugins/net/fake_name_server.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

class ResolveTest : public NetFixture {
 protected:
  ResolveTest() { Ask(server.address(), absl::Milliseconds(20)); }

  // Makes a runtime that waits so long for an answer.
  void Ask(const Address& address, absl::Duration timeout) {
    server.Stop();
    Build({.servers = {address}, .timeout = timeout, .tries = 1});
    server.ServeOn(runtime->loop());
  }
  void TearDown() override {
    server.Close();
    NetFixture::TearDown();
  }

  // IP addresses with commas, or "(CODE)".
  Task<std::string> Look(std::string host, Resolve::Family family = Resolve::kAny) {
    absl::StatusOr<HostAddresses> found =
        co_await runtime->Submit(Resolve{.host = std::move(host), .family = family});
    if (!found.ok()) {
      last = found.status();
      co_return absl::StrCat("(", absl::StatusCodeToString(last.code()), ")");
    }
    ttl = found->ttl;
    std::string text;
    for (const Address& address : found->addresses) {
      EXPECT_EQ(address.port(), 0);
      absl::StrAppend(&text, text.empty() ? "" : ",", address.ip());
    }
    co_return text;
  }

  FakeNameServer server;
  absl::Status last;
  absl::Duration ttl;  // Of the last answer.
};

TEST_F(ResolveTest, FindsTheAddressesOfAName) {
  server.names["two.test"] = {"192.0.2.1", "192.0.2.2"};
  server.names["both.test"] = {"192.0.2.3", "2001:db8::3"};
  Run([this]() -> Task<void> {
    EXPECT_THAT(co_await Look("two.test"),
                testing::AnyOf("192.0.2.1,192.0.2.2", "192.0.2.2,192.0.2.1"));
    EXPECT_THAT(co_await Look("both.test"),
                testing::AnyOf("192.0.2.3,2001:db8::3", "2001:db8::3,192.0.2.3"));
    EXPECT_EQ(co_await Look("both.test", Resolve::kIpv4), "192.0.2.3");
    EXPECT_EQ(co_await Look("both.test", Resolve::kIpv6), "2001:db8::3");
    EXPECT_EQ(co_await Look("two.test", Resolve::kIpv6), "(NOT_FOUND)");
  });
}

TEST_F(ResolveTest, NeedsNoServerForAnAddressOrAHostOfTheFile) {
  Run([this]() -> Task<void> {
    EXPECT_EQ(co_await Look("192.0.2.9"), "192.0.2.9");
    EXPECT_EQ(co_await Look("2001:db8::9"), "2001:db8::9");
    EXPECT_EQ(co_await Look("192.0.2.9", Resolve::kIpv6), "(NOT_FOUND)");
    EXPECT_EQ(co_await Look("localhost", Resolve::kIpv4), "127.0.0.1");
    EXPECT_EQ(server.questions, 0);
  });
}

TEST_F(ResolveTest, NamesWhatIsWrong) {
  server.silent = {"silent.test"};
  server.failing = {"failing.test"};
  server.garbled = {"garbled.test"};
  Run([this]() -> Task<void> {
    EXPECT_EQ(co_await Look("missing.test"), "(NOT_FOUND)");
    EXPECT_EQ(last.message(), "resolve \"missing.test\": Domain name not found");
    EXPECT_EQ(co_await Look("silent.test"), "(UNAVAILABLE)");
    EXPECT_EQ(last.message(), "resolve \"silent.test\": Timeout while contacting DNS servers");
    EXPECT_EQ(co_await Look("failing.test"), "(UNAVAILABLE)");
    EXPECT_EQ(co_await Look("garbled.test"), "(DATA_LOSS)");
    EXPECT_EQ(co_await Look(""), "(INVALID_ARGUMENT)");
    EXPECT_EQ(last.message(), "resolve \"\": not a name");
    EXPECT_EQ(co_await Look(std::string("localhost\0.test", 15)), "(INVALID_ARGUMENT)");
    EXPECT_EQ(last.message(), "resolve \"localhost\\000.test\": not a name");
    EXPECT_EQ(co_await Look(std::string(64, 'x') + ".test"), "(INVALID_ARGUMENT)");
  });
}

TEST_F(ResolveTest, AnswersManyAtOnce) {
  Ask(server.address(), absl::Seconds(10));
  for (int i = 0; i < 50; ++i)
    server.names[absl::StrCat("n", i, ".test")] = {absl::StrCat("192.0.2.", i)};
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    runtime->Submit(Resolve{.host = absl::StrCat("n", i, ".test")},
                    [&answered, i](absl::StatusOr<HostAddresses> found) {
                      ASSERT_TRUE(found.ok()) << found.status();
                      EXPECT_EQ(found->addresses.at(0).ip(), absl::StrCat("192.0.2.", i));
                      ++answered;
                    });
  }
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(answered, 50);
}

TEST_F(ResolveTest, GivingUpOneQuestionLeavesTheOthers) {
  Ask(server.address(), absl::Milliseconds(50));
  server.silent = {"silent.test"};
  Run([this]() -> Task<void> {
    auto [first, second] = co_await WhenAll(
        [](Runtime& runtime) -> Task<StatusCode> {
          co_return (co_await runtime.Submit(Resolve{.host = "silent.test"},
                                             {.timeout = absl::Milliseconds(1)}))
              .status()
              .code();
        }(*runtime),
        Look("silent.test"));
    EXPECT_EQ(first, StatusCode::kDeadlineExceeded);
    EXPECT_EQ(second, "(UNAVAILABLE)");
  });
}

TEST_F(ResolveTest, NothingIsLeftOfQuestionsThatEverybodyGaveUp) {
  Ask(server.address(), absl::Hours(1));
  server.silent = {"silent.test"};
  server.names["there.test"] = {"192.0.2.1"};
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    runtime->Submit(Resolve{.host = "silent.test"},
                    [&told](absl::StatusOr<HostAddresses> found) {
                      EXPECT_EQ(found.status().code(), StatusCode::kDeadlineExceeded);
                      ++told;
                    },
                    {.timeout = absl::Milliseconds(1)});
  }
  EXPECT_TRUE(runtime->Run().ok());
  EXPECT_EQ(told, 3);
  EXPECT_TRUE(runtime->DumpActive().empty());
  // And it can be asked again.
  Run([this]() -> Task<void> { EXPECT_EQ(co_await Look("there.test"), "192.0.2.1"); });
}

TEST_F(ResolveTest, EndsWithTheRuntime) {
  Ask(server.address(), absl::Hours(1));
  server.silent = {"silent.test"};
  runtime->Submit(Resolve{.host = "silent.test"}, [](absl::StatusOr<HostAddresses>) {});
  ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
  server.Stop();
  runtime = nullptr;
}

TEST_F(ResolveTest, ReportsAServerThatIsNotThere) {
  Address nobody;
  {
    const FakeNameServer gone;
    nobody = gone.address();
  }
  Ask(nobody, absl::Milliseconds(20));
  Run([this]() -> Task<void> { EXPECT_EQ(co_await Look("x.test"), "(UNAVAILABLE)"); });
}

TEST_F(ResolveTest, SaysForHowLongTheAnswerHolds) {
  server.ttl = 100'000;
  server.names["there.test"] = {"192.0.2.1"};
  Run([this]() -> Task<void> {
    EXPECT_EQ(co_await Look("there.test"), "192.0.2.1");
    EXPECT_EQ(ttl, absl::Seconds(100'000));
    EXPECT_EQ(co_await Look("localhost", Resolve::kIpv4), "127.0.0.1");
    EXPECT_EQ(ttl, absl::ZeroDuration());
  });
}

}  // namespace
}  // namespace rondo::net
