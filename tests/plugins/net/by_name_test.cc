// The kinds as a command line or another language has them.
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/net/by_id.h"
#include "plugins/net/net.h"
#include "runtime/call.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using nlohmann::json;
using ::testing::HasSubstr;

class ByNameTest : public NetFixture {
 protected:
  Task<json> Call(std::string kind, json request) {
    absl::StatusOr<json> result = co_await runtime->Call(kind, std::move(request));
    CHECK_OK(result.status()) << kind;
    co_return *std::move(result);
  }
  Task<absl::Status> Fail(std::string kind, json request) {
    co_return (co_await runtime->Call(kind, std::move(request))).status();
  }
};

TEST_F(ByNameTest, AConversationByTcp) {
  Run([this]() -> Task<void> {
    const json listener = co_await Call("net.listen", {{"address", "127.0.0.1:0"}});
    const json address = co_await Call("net.local_address_of_tcp", {{"listener", listener}});
    const Address where = *Address::Parse(address.get<std::string>());
    const json client =
        co_await Call("net.connect", {{"host", where.ip()}, {"port", where.port()}});
    const json server = co_await Call("net.accept_tcp", {{"listener", listener}});
    co_await Call("net.write_tcp", {{"stream", client}, {"data", "hello"}});
    EXPECT_EQ(co_await Call("net.read_tcp", {{"stream", server}, {"max_bytes", 4}}), json("hell"));
    EXPECT_EQ(co_await Call("net.read_tcp", {{"stream", server}}), json("o"));
    co_await Call("net.shutdown_write_tcp", {{"stream", client}});
    EXPECT_EQ(co_await Call("net.read_tcp", {{"stream", server}}), json(""));
    absl::Status status = co_await Fail("net.write_tcp", {{"stream", client}, {"data", "more"}});
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
    for (const json& id : {listener, client, server}) {
      EXPECT_TRUE(runtime->resources().Close(id.get<std::string>()).ok());
    }
    status = co_await Fail("net.read_tcp", {{"stream", server}});
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
  });
}

TEST_F(ByNameTest, AConversationByUnixSocket) {
  Run([this]() -> Task<void> {
    const PeerListener unique;  // Of a port, which nobody else has.
    const std::string path = absl::StrCat("@rondo-by-name-", unique.address().port());
    const json listener = co_await Call("net.listen_unix", {{"path", path}});
    const json client = co_await Call("net.connect_unix", {{"path", path}});
    const json server = co_await Call("net.accept_unix", {{"listener", listener}});
    co_await Call("net.write_unix", {{"stream", server}, {"data", "hello"}});
    co_await Call("net.shutdown_write_unix", {{"stream", server}});
    EXPECT_EQ(co_await Call("net.read_unix", {{"stream", client}}), json("hello"));
    EXPECT_EQ(co_await Call("net.read_unix", {{"stream", client}}), json(""));
    EXPECT_TRUE(runtime->resources().CloseAll("net.").ok());
  });
}

TEST_F(ByNameTest, DatagramsByUdp) {
  Run([this]() -> Task<void> {
    const json a = co_await Call("net.bind_udp", {{"address", "127.0.0.1:0"}});
    const json b = co_await Call("net.bind_udp", {{"address", "127.0.0.1:0"}});
    const json a_at = co_await Call("net.local_address_of_udp", {{"socket", a}});
    const json b_at = co_await Call("net.local_address_of_udp", {{"socket", b}});
    co_await Call("net.send_udp", {{"socket", a}, {"data", "hello"}, {"to", b_at}});
    const json got = co_await Call("net.receive_udp", {{"socket", b}});
    EXPECT_EQ(got["data"], "hello");
    EXPECT_EQ(got["from"], a_at);
    EXPECT_TRUE(runtime->resources().CloseAll("net.").ok());
  });
}

TEST_F(ByNameTest, WhatIsWrongIsNamed) {
  Run([this]() -> Task<void> {
    const json listener = co_await Call("net.listen", {{"address", "127.0.0.1:0"}});
    absl::Status status = co_await Fail("net.read_tcp", {{"stream", listener}});
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("stream"));
    status = co_await Fail("net.accept_tcp", json::object());
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("listener"));
    // By type one can leave it out.
    EXPECT_EQ((co_await runtime->Submit(AcceptTcp{})).status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_TRUE(runtime->resources().CloseAll("net.").ok());
  });
}

TEST_F(ByNameTest, AReadThatWaitsEndsAtItsDeadlineAndWhenTheStreamIsClosed) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    absl::StatusOr<std::string> read = co_await runtime->Submit(
        ReadStream<TcpStream>{.stream = stream}, {.timeout = absl::Milliseconds(5)});
    EXPECT_EQ(read.status().code(), StatusCode::kDeadlineExceeded);
    read = co_await runtime->Submit(ReadStream<TcpStream>{.stream = stream, .max_bytes = 0});
    EXPECT_EQ(read.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(read.status().message(), "net.read_tcp: max_bytes=0 is out of range");
    stream.Close();
    read = co_await runtime->Submit(ReadStream<TcpStream>{.stream = stream});
    EXPECT_EQ(read.status().message(), "net.read_tcp: no open stream");
  });
}

}  // namespace
}  // namespace rondo::net
