// Questions for what is no address.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "runtime/task.h"
#include "tests/plugins/net/fake_name_server.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr int kPtr = 12;
constexpr int kTxt = 16;
constexpr int kSrv = 33;

std::string Big16(int value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string SrvData(int priority, int weight, int port, const std::string& host) {
  return absl::StrCat(Big16(priority), Big16(weight), Big16(port), DnsName(host));
}

std::string TxtData(const std::vector<std::string>& parts) {
  std::string data;
  for (const std::string& part : parts) {
    absl::StrAppend(&data, std::string(1, static_cast<char>(part.size())), part);
  }
  return data;
}

class RecordsTest : public NetFixture {
 protected:
  RecordsTest() {
    Build({.servers = {server.address()}, .timeout = absl::Milliseconds(20), .tries = 1});
    server.ServeOn(runtime->loop());
  }
  void TearDown() override {
    server.Close();
    NetFixture::TearDown();
  }

  template <typename Request>
  Task<absl::Status> Failure(Request request) {
    co_return (co_await runtime->Submit(std::move(request))).status();
  }

  FakeNameServer server;
};

TEST_F(RecordsTest, ServicesByPriorityAndThenByWeight) {
  server.records[{"_x._tcp.test", kSrv}] = {SrvData(20, 0, 1000, "c.test"),
                                            SrvData(10, 1, 65535, "b.test"),
                                            SrvData(10, 9, 80, "a.test")};
  Run([this]() -> Task<void> {
    absl::StatusOr<std::vector<Service>> services =
        co_await runtime->Submit(ResolveServices{.name = "_x._tcp.test"});
    EXPECT_TRUE(services.ok()) << services.status();
    std::vector<std::string> found;
    for (const Service& s : *services) {
      found.push_back(absl::StrCat(s.host, ":", s.port, " ", s.priority, " ", s.weight));
    }
    EXPECT_THAT(found, ElementsAre("a.test:80 10 9", "b.test:65535 10 1", "c.test:1000 20 0"));
  });
}

TEST_F(RecordsTest, TextsAreOneStringARecordWithAnyBytes) {
  const std::string part(255, 'x');
  server.records[{"text.test", kTxt}] = {TxtData({"v=spf1 -all"}), TxtData({part, "y"}),
                                         TxtData({std::string("\0\xff", 2)})};
  Run([this, part]() -> Task<void> {
    absl::StatusOr<std::vector<std::string>> texts =
        co_await runtime->Submit(ResolveTexts{.name = "text.test"});
    EXPECT_TRUE(texts.ok()) << texts.status();
    EXPECT_THAT(*texts, UnorderedElementsAre("v=spf1 -all", part + "y", std::string("\0\xff", 2)));
  });
}

TEST_F(RecordsTest, NamesOfAnAddress) {
  server.records[{"1.2.0.192.in-addr.arpa", kPtr}] = {DnsName("one.test"), DnsName("two.test")};
  server.records[{"9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                  kPtr}] = {DnsName("six.test")};
  Run([this]() -> Task<void> {
    absl::StatusOr<std::vector<std::string>> names =
        co_await runtime->Submit(ReverseResolve{.address = *Address::FromIp("192.0.2.1", 80)});
    EXPECT_TRUE(names.ok()) << names.status();
    EXPECT_THAT(*names, UnorderedElementsAre("one.test", "two.test"));
    names = co_await runtime->Submit(ReverseResolve{.address = *Address::FromIp("2001:db8::9")});
    EXPECT_TRUE(names.ok()) << names.status();
    EXPECT_THAT(*names, ElementsAre("six.test"));
    // That one is in the file.
    names = co_await runtime->Submit(ReverseResolve{.address = Address::Loopback()});
    EXPECT_TRUE(names.ok()) << names.status();
    EXPECT_THAT(*names, testing::Contains("localhost"));
  });
}

TEST_F(RecordsTest, NamesWhatIsWrong) {
  server.silent = {"silent.test"};
  server.garbled = {"garbled.test"};
  server.names["other.test"] = {"192.0.2.1"};
  server.records[{"short.test", kSrv}] = {Big16(1)};
  Run([this]() -> Task<void> {
    absl::Status status = co_await Failure(ResolveServices{.name = "none.test"});
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_EQ(status.message(), "resolve services of \"none.test\": Domain name not found");
    // The name is there, but has an address only.
    status = co_await Failure(ResolveTexts{.name = "other.test"});
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
    status = co_await Failure(ResolveTexts{.name = "silent.test"});
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
    status = co_await Failure(ResolveTexts{.name = "garbled.test"});
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status;
    status = co_await Failure(ResolveServices{.name = "short.test"});
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status;
    for (const std::string& name : {std::string(), std::string("a\0b", 3), std::string(64, 'x')}) {
      status = co_await Failure(ResolveServices{.name = name});
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    }
    status = co_await Failure(ReverseResolve{.address = *Address::FromIp("192.0.2.7")});
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_EQ(status.message(), "resolve names of \"192.0.2.7\": Domain name not found");
  });
}

TEST_F(RecordsTest, EndAtTheDeadlineOfWhoAsks) {
  server.silent = {"silent.test"};
  server.Stop();
  Build({.servers = {server.address()}, .timeout = absl::Hours(1), .tries = 1});
  server.ServeOn(runtime->loop());
  Run([this]() -> Task<void> {
    auto texts = co_await runtime->Submit(ResolveTexts{.name = "silent.test"},
                                          {.timeout = absl::Milliseconds(1)});
    EXPECT_EQ(texts.status().code(), StatusCode::kDeadlineExceeded);
  });
  EXPECT_TRUE(runtime->DumpActive().empty());
}

}  // namespace
}  // namespace rondo::net
