#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "plugins/net/udp_socket.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UdpTest : public NetFixture {
 protected:
  Task<UdpSocket> Bind(Address address = Address::Loopback()) {
    absl::StatusOr<UdpSocket> socket = co_await runtime->Submit(BindUdp{.address = address});
    CHECK_OK(socket.status());
    co_return *std::move(socket);
  }
  // What comes next; errors are their message.
  static Task<std::string> Get(UdpSocket& socket) {
    char buffer[2048];
    absl::StatusOr<Datagram> datagram = co_await socket.Receive(absl::MakeSpan(buffer));
    co_return datagram.ok() ? std::string(datagram->data)
                            : std::string(datagram.status().message());
  }
};

TEST_F(UdpTest, DatagramsKeepTheirBoundsAndTheirSender) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    EXPECT_TRUE((co_await a.Send("one", b.local_address())).ok());
    EXPECT_TRUE((co_await a.Send("", b.local_address())).ok());
    EXPECT_TRUE((co_await a.Send("three", b.local_address())).ok());
    char buffer[100];
    absl::StatusOr<Datagram> datagram = co_await b.Receive(absl::MakeSpan(buffer));
    CHECK_OK(datagram.status());
    EXPECT_EQ(datagram->data, "one");
    EXPECT_EQ(datagram->from, a.local_address());
    EXPECT_FALSE(datagram->truncated);
    EXPECT_EQ(co_await Get(b), "");
    EXPECT_EQ(co_await Get(b), "three");
  });
}

TEST_F(UdpTest, ReceiveWaits) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    std::vector<std::string> got;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](UdpSocket& s, std::vector<std::string>& g) -> Task<absl::Status> {
        for (int i = 0; i < 2; ++i) g.push_back(co_await Get(s));
        co_return absl::OkStatus();
      }(b, got));
      for (const char* text : {"x", "y"}) {
        for (int i = 0; i < 3; ++i) co_await NextTurn();
        EXPECT_TRUE((co_await a.Send(text, b.local_address())).ok());
      }
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(got, ElementsAre("x", "y"));
  });
}

TEST_F(UdpTest, TruncationIsReported) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    EXPECT_TRUE((co_await a.Send("too long", b.local_address())).ok());
    EXPECT_TRUE((co_await a.Send("too long", b.local_address())).ok());
    EXPECT_TRUE((co_await a.Send("1234", b.local_address())).ok());
    char buffer[4];
    absl::StatusOr<Datagram> datagram = co_await b.Receive(absl::MakeSpan(buffer));
    CHECK_OK(datagram.status());
    EXPECT_EQ(datagram->data, "too ");
    EXPECT_TRUE(datagram->truncated);
    UdpBatch batch(4, 4);
    absl::StatusOr<size_t> count = co_await b.ReceiveBatch(batch);
    CHECK_OK(count.status());
    EXPECT_EQ(*count, 2u);
    EXPECT_EQ(batch.datagrams()[0].data, "too ");
    EXPECT_TRUE(batch.datagrams()[0].truncated);
    EXPECT_EQ(batch.datagrams()[1].data, "1234");
    EXPECT_FALSE(batch.datagrams()[1].truncated);
  });
}

TEST_F(UdpTest, BatchesAreSentAndReceivedInOrder) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    UdpSocket c = co_await Bind();
    std::vector<std::string> texts;
    std::vector<OutgoingDatagram> out;
    texts.reserve(150);
    for (int i = 0; i < 150; ++i) {
      texts.push_back(absl::StrCat("datagram ", i));
      out.push_back({texts.back(), i % 2 == 0 ? b.local_address() : c.local_address()});
    }
    EXPECT_TRUE((co_await a.SendBatch(out)).ok());
    EXPECT_TRUE((co_await a.SendBatch({})).ok());
    UdpBatch batch(32, 100);
    int next = 0;
    for (size_t expected : {32u, 32u, 11u}) {
      absl::StatusOr<size_t> count = co_await b.ReceiveBatch(batch);
      CHECK_OK(count.status());
      EXPECT_EQ(*count, expected);
      for (const Datagram& datagram : batch.datagrams()) {
        EXPECT_EQ(datagram.data, texts[static_cast<size_t>(next)]);
        EXPECT_EQ(datagram.from, a.local_address());
        next += 2;
      }
    }
    EXPECT_EQ(co_await Get(c), "datagram 1");
  });
}

TEST_F(UdpTest, ABatchEndsAtTheFirstThatCannotBeSent) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    const std::string huge(70'000, 'x');
    const std::vector<OutgoingDatagram> out = {
        {"first", b.local_address()}, {huge, b.local_address()}, {"last", b.local_address()}};
    absl::Status status = co_await a.SendBatch(out);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), absl::StrCat("send on ", a.local_address(), " to ",
                                             b.local_address(), ": Message too long"));
    EXPECT_EQ(co_await Get(b), "first");
    EXPECT_FALSE(b.TryReceive(absl::Span<char>()).has_value());
  });
}

class Segments : public UdpTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Offload, Segments, testing::Bool());

TEST_P(Segments, AreCutAsAsked) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    CHECK_OK(b.SetReceiveBuffer(1 << 20));
    if (!GetParam()) a.channel().ForgetSendOffload();
    std::string data;
    for (int i = 0; data.size() < 100'700; ++i) absl::StrAppend(&data, i, ",");
    data.resize(100'700);
    EXPECT_TRUE((co_await a.SendSegments(data, 1000, b.local_address())).ok());
    UdpBatch batch(128, 1500);
    std::string all;
    std::vector<size_t> sizes;
    while (all.size() < data.size()) {
      absl::StatusOr<size_t> count = co_await b.ReceiveBatch(batch);
      CHECK_OK(count.status());
      for (const Datagram& datagram : batch.datagrams()) {
        all += datagram.data;
        sizes.push_back(datagram.data.size());
        EXPECT_EQ(datagram.segment_size, 0u);
      }
    }
    EXPECT_TRUE(all == data);
    EXPECT_EQ(sizes.size(), 101u);
    EXPECT_EQ(sizes.front(), 1000u);
    EXPECT_EQ(sizes.back(), 700u);
  });
}

TEST_P(Segments, FewerThanTwo) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    if (!GetParam()) a.channel().ForgetSendOffload();
    EXPECT_TRUE((co_await a.SendSegments("", 10, b.local_address())).ok());
    EXPECT_TRUE((co_await a.SendSegments("short", 10, b.local_address())).ok());
    EXPECT_TRUE((co_await a.SendSegments("0123456789", 10, b.local_address())).ok());
    EXPECT_EQ(co_await Get(b), "short");
    EXPECT_EQ(co_await Get(b), "0123456789");
    // A datagram larger than any.
    EXPECT_FALSE(
        (co_await a.SendSegments(std::string(70'000, 'x'), 70'000, b.local_address())).ok());
  });
}

TEST_P(Segments, MayBeLargerThanAPacket) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind(*Address::Parse("[::1]:0"));
    UdpSocket b = co_await Bind(*Address::Parse("[::1]:0"));
    if (!GetParam()) a.channel().ForgetSendOffload();
    const int smallest = 1280;
    EXPECT_EQ(::setsockopt(a.fd(), IPPROTO_IPV6, IPV6_MTU, &smallest, sizeof(smallest)), 0);
    const std::string data(5000, 'x');
    absl::Status status = co_await a.SendSegments(data, 2000, b.local_address());
    EXPECT_TRUE(status.ok()) << status;
    for (const size_t size : {2000u, 2000u, 1000u}) {
      EXPECT_EQ((co_await Get(b)).size(), size);
    }
  });
}

TEST_F(UdpTest, ReceiveOffloadPutsSegmentsTogether) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    absl::Status offload = b.SetReceiveOffload(true);
    if (!offload.ok()) {
      EXPECT_EQ(offload.code(), StatusCode::kUnimplemented) << offload;
      co_return;
    }
    const std::string data(10'500, 'x');
    EXPECT_TRUE((co_await a.SendSegments(data, 1000, b.local_address())).ok());
    std::string buffer(65536, '\0');
    size_t received = 0;
    size_t datagrams = 0;
    while (received < data.size()) {
      absl::StatusOr<Datagram> datagram = co_await b.Receive(absl::MakeSpan(buffer));
      CHECK_OK(datagram.status());
      received += datagram->data.size();
      const size_t size =
          datagram->segment_size != 0 ? datagram->segment_size : datagram->data.size();
      datagrams += (datagram->data.size() + size - 1) / size;
    }
    EXPECT_EQ(received, data.size());
    EXPECT_EQ(datagrams, 11u);
  });
}

TEST_F(UdpTest, AConnectedSocketHearsItsPeerOnly) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    UdpSocket stranger = co_await Bind();
    absl::Status status = co_await a.Send("x");
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
    EXPECT_TRUE(a.Connect(b.local_address()).ok());
    EXPECT_EQ(a.peer_address(), b.local_address());
    EXPECT_TRUE((co_await a.Send("hello")).ok());
    EXPECT_EQ(co_await Get(b), "hello");
    EXPECT_TRUE((co_await stranger.Send("psst", a.local_address())).ok());
    EXPECT_TRUE((co_await b.Send("welcome", a.local_address())).ok());
    EXPECT_EQ(co_await Get(a), "welcome");
    EXPECT_TRUE(a.Disconnect().ok());
    EXPECT_TRUE((co_await stranger.Send("now", a.local_address())).ok());
    EXPECT_EQ(co_await Get(a), "now");
  });
}

TEST_F(UdpTest, NobodyAtTheOtherEndIsToldOnceAndEndsNothing) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    // An address of its own, whose port nobody takes in between.
    std::optional<UdpSocket> b = co_await Bind(*Address::FromIp("127.0.0.9"));
    const Address gone = b->local_address();
    EXPECT_TRUE(a.Connect(gone).ok());
    b.reset();
    EXPECT_TRUE((co_await a.Send("x")).ok());
    EXPECT_EQ(co_await Get(a), absl::StrCat("receive on ", a.local_address(), " from ", gone,
                                            ": Connection refused"));
    b = co_await Bind(gone);
    EXPECT_TRUE((co_await a.Send("y")).ok());
    EXPECT_EQ(co_await Get(*b), "y");
  });
}

TEST_F(UdpTest, Ipv6AndDualStack) {
  Run([this]() -> Task<void> {
    UdpSocket any = co_await Bind(*Address::Parse("[::]:0"));
    UdpSocket v6 = co_await Bind(*Address::Parse("[::1]:0"));
    UdpSocket v4 = co_await Bind();
    const uint16_t port = any.local_address().port();
    EXPECT_TRUE((co_await v6.Send("six", *Address::FromIp("::1", port))).ok());
    EXPECT_TRUE((co_await v4.Send("four", Address::Loopback(port))).ok());
    EXPECT_EQ(co_await Get(any), "six");
    EXPECT_EQ(co_await Get(any), "four");
  });
}

TEST_F(UdpTest, CallbacksReceiveAndSend) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket echo = co_await Bind();
    char buffer[100];
    echo.OnReadable([&] {
      while (std::optional<absl::StatusOr<Datagram>> got =
                 echo.TryReceive(absl::MakeSpan(buffer))) {
        if (!got->ok()) return;
        absl::StatusOr<bool> sent = echo.TrySend((*got)->data, (*got)->from);
        EXPECT_TRUE(sent.ok() && *sent);
      }
    });
    for (const char* text : {"one", "two"}) {
      EXPECT_TRUE((co_await a.Send(text, echo.local_address())).ok());
      EXPECT_EQ(co_await Get(a), text);
    }
  });
}

TEST_F(UdpTest, ErrorsNameTheOperationAndTheAddress) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    absl::StatusOr<UdpSocket> again =
        co_await runtime->Submit(BindUdp{.address = a.local_address()});
    EXPECT_EQ(again.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(again.status().message(),
              absl::StrCat("bind udp ", a.local_address(), ": Address already in use"));
    absl::StatusOr<UdpSocket> elsewhere =
        co_await runtime->Submit(BindUdp{.address = *Address::Parse("192.0.2.1:0")});
    EXPECT_EQ(elsewhere.status().code(), StatusCode::kAlreadyExists);
    // Broadcast is for those who ask for it.
    EXPECT_EQ((co_await a.Send("x", *Address::Parse("255.255.255.255:9"))).code(),
              StatusCode::kPermissionDenied);
    a.Close();
    EXPECT_EQ(co_await Get(a),
              absl::StrCat("receive on ", a.local_address(), ": the socket is closed"));
    EXPECT_EQ((co_await a.Send("x", a.local_address())).code(), StatusCode::kFailedPrecondition);
    EXPECT_FALSE(a.SetBroadcast(true).ok());
  });
}

TEST_F(UdpTest, ClosingCancelsWhoWaits) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    std::string got;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](UdpSocket& s, std::string& g) -> Task<absl::Status> {
        g = co_await Get(s);
        co_return absl::OkStatus();
      }(a, got));
      co_await NextTurn();
      EXPECT_THAT(co_await Get(a), HasSubstr("another coroutine"));
      a.Close();
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(got, absl::StrCat("receive on ", a.local_address(), ": closed by this side"));
  });
}

TEST_F(UdpTest, ReusedPortIsShared) {
  Run([this]() -> Task<void> {
    absl::StatusOr<UdpSocket> a =
        co_await runtime->Submit(BindUdp{.address = Address::Loopback(), .reuse_port = true});
    CHECK_OK(a.status());
    absl::StatusOr<UdpSocket> b =
        co_await runtime->Submit(BindUdp{.address = a->local_address(), .reuse_port = true});
    EXPECT_TRUE(b.ok()) << b.status();
  });
}

// One socket that always has something to receive leaves the others their share.
TEST_F(UdpTest, E7_AFloodedSocketGetsABoundedShareOfATurn) {
  Run([this]() -> Task<void> {
    UdpSocket a = co_await Bind();
    UdpSocket b = co_await Bind();
    CHECK_OK(b.SetReceiveBuffer(1 << 20));
    for (int i = 0; i < 200; ++i) EXPECT_TRUE((co_await a.Send("x", b.local_address())).ok());
    co_await NextTurn();
    co_await NextTurn();
    const int64_t before = turn();
    for (int i = 0; i < 200; ++i) EXPECT_EQ(co_await Get(b), "x");
    EXPECT_GT(turn(), before);
  });
}

}  // namespace
}  // namespace rondo::net
