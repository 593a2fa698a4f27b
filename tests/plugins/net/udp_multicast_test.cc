// Groups of receivers, on the loopback interface.
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "plugins/net/udp_socket.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class UdpMulticastTest : public NetFixture {
 protected:
  Task<UdpSocket> Bind(const Address& address, bool reuse_address = false) {
    absl::StatusOr<UdpSocket> socket =
        co_await runtime->Submit(BindUdp{.address = address, .reuse_address = reuse_address});
    CHECK_OK(socket.status());
    co_return *std::move(socket);
  }
  static Task<std::string> Get(UdpSocket& socket) {
    char buffer[100];
    absl::StatusOr<Datagram> datagram = co_await socket.Receive(absl::MakeSpan(buffer));
    CHECK_OK(datagram.status());
    co_return std::string(datagram->data);
  }
  static int Option(const UdpSocket& socket, int level, int option) {
    int value = -1;
    socklen_t size = sizeof(value);
    CHECK_EQ(::getsockopt(socket.fd(), level, option, &value, &size), 0);
    return value;
  }
};

TEST_F(UdpMulticastTest, AllMembersOfAGroupGetWhatIsSentToIt) {
  Run([this]() -> Task<void> {
    UdpSocket first = co_await Bind(Address(), /*reuse_address=*/true);
    const uint16_t port = first.local_address().port();
    UdpSocket second = co_await Bind(Address().WithPort(port), /*reuse_address=*/true);
    UdpSocket sender = co_await Bind(Address());
    CHECK_OK(sender.SetMulticastInterface("lo"));
    CHECK_OK(sender.SetMulticastHops(0));  // It stays on this host.
    const Address group = *Address::FromIp("239.1.2.3", port);
    CHECK_OK(first.JoinGroup(group, "lo"));
    CHECK_OK(second.JoinGroup(group, "lo"));
    EXPECT_TRUE((co_await sender.Send("to all", group)).ok());
    EXPECT_EQ(co_await Get(first), "to all");
    EXPECT_EQ(co_await Get(second), "to all");

    const Address other = *Address::FromIp("239.1.2.4", port);
    CHECK_OK(first.LeaveGroup(group, "lo"));
    CHECK_OK(second.LeaveGroup(group, "lo"));
    CHECK_OK(first.JoinGroup(other, "lo"));
    EXPECT_TRUE((co_await sender.Send("to nobody", group)).ok());
    EXPECT_TRUE((co_await sender.Send("to the other group", other)).ok());
    EXPECT_EQ(co_await Get(first), "to the other group");
  });
}

TEST_F(UdpMulticastTest, WhatOthersHaveJoinedIsNotReceived) {
  Run([this]() -> Task<void> {
    UdpSocket member = co_await Bind(Address(), /*reuse_address=*/true);
    const uint16_t port = member.local_address().port();
    UdpSocket one = co_await Bind(Address().WithPort(port), /*reuse_address=*/true);
    UdpSocket both =
        co_await Bind(Address::Parse("[::]:0")->WithPort(port), /*reuse_address=*/true);
    UdpSocket sender = co_await Bind(Address());
    CHECK_OK(sender.SetMulticastInterface("lo"));
    CHECK_OK(sender.SetMulticastHops(0));
    const Address group = *Address::FromIp("239.1.2.5", port);
    const Address own = *Address::FromIp("239.1.2.6", port);
    CHECK_OK(member.JoinGroup(group, "lo"));
    CHECK_OK(one.JoinGroup(own, "lo"));
    EXPECT_TRUE((co_await sender.Send("to the member", group)).ok());
    EXPECT_TRUE((co_await sender.Send("to the one", own)).ok());
    EXPECT_EQ(co_await Get(member), "to the member");
    EXPECT_EQ(co_await Get(one), "to the one");
    EXPECT_EQ(Option(both, IPPROTO_IP, IP_MULTICAST_ALL), 0);
    EXPECT_EQ(Option(both, IPPROTO_IPV6, IPV6_MULTICAST_ALL), 0);
  });
}

// The loopback interface has no route for groups of IPv6, so that nothing can be sent there.
TEST_F(UdpMulticastTest, Ipv6SocketsAreMembersToo) {
  Run([this]() -> Task<void> {
    UdpSocket socket = co_await Bind(*Address::Parse("[::]:0"));
    const Address group = *Address::FromIp("ff01::1:2:3");
    CHECK_OK(socket.JoinGroup(group, "lo"));
    EXPECT_EQ(socket.JoinGroup(group, "lo").code(), StatusCode::kFailedPrecondition);
    CHECK_OK(socket.LeaveGroup(group, "lo"));
    EXPECT_EQ(socket.LeaveGroup(group, "lo").code(), StatusCode::kFailedPrecondition);
  });
}

TEST_F(UdpMulticastTest, TheKernelIsToldWhereAndHowFar) {
  Run([this]() -> Task<void> {
    UdpSocket v4 = co_await Bind(Address());
    CHECK_OK(v4.SetMulticastLoop(false));
    CHECK_OK(v4.SetMulticastHops(7));
    EXPECT_EQ(Option(v4, IPPROTO_IP, IP_MULTICAST_LOOP), 0);
    EXPECT_EQ(Option(v4, IPPROTO_IP, IP_MULTICAST_TTL), 7);
    UdpSocket v6 = co_await Bind(*Address::Parse("[::]:0"));
    CHECK_OK(v6.SetMulticastInterface("lo"));
    CHECK_OK(v6.SetMulticastLoop(false));
    CHECK_OK(v6.SetMulticastHops(7));
    EXPECT_EQ(Option(v6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP), 0);
    EXPECT_EQ(Option(v6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 7);
    EXPECT_EQ(Option(v6, IPPROTO_IPV6, IPV6_MULTICAST_IF),
              static_cast<int>(::if_nametoindex("lo")));
    EXPECT_EQ(v6.SetMulticastHops(256).code(), StatusCode::kInvalidArgument);
  });
}

TEST_F(UdpMulticastTest, WhatCannotBeJoined) {
  Run([this]() -> Task<void> {
    UdpSocket socket = co_await Bind(Address());
    const Address group = *Address::FromIp("239.1.2.3");
    absl::Status status = socket.JoinGroup(*Address::FromIp("127.0.0.1"), "lo");
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("join 127.0.0.1 on 0.0.0.0:"));
    status = socket.JoinGroup(group, "no-such0");
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr("no interface \"no-such0\""));
    EXPECT_EQ(socket.SetMulticastInterface("no-such0").code(), StatusCode::kNotFound);
    status = socket.LeaveGroup(group, "lo");
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("not a member"));
    CHECK_OK(socket.JoinGroup(group, "lo"));
    status = socket.JoinGroup(group, "lo");
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("a member already"));
    co_return;
  });
}

}  // namespace
}  // namespace rondo::net
