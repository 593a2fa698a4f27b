#include "plugins/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "absl/hash/hash_testing.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace rondo::net {
namespace {

TEST(Address, UsageExample) {
  absl::StatusOr<net::Address> address = net::Address::Parse("[::1]:80");
  ASSERT_TRUE(address.ok());
  EXPECT_TRUE(address->is_ipv6());
  EXPECT_EQ(address->port(), 80);
  EXPECT_EQ(address->ip(), "::1");
  EXPECT_EQ(absl::StrCat(*address), "[::1]:80");
}

TEST(Address, WritesWhatItReads) {
  for (const char* text : {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::]:0",
                           "[2001:db8::1]:443", "[::ffff:1.2.3.4]:1"}) {
    absl::StatusOr<Address> address = Address::Parse(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(Address, RefusesWhatIsNone) {
  for (const std::string& text :
       std::initializer_list<std::string>{"",
                                          ":",
                                          ":80",
                                          "127.0.0.1",
                                          "127.0.0.1:",
                                          "127.0.0.1:65536",
                                          "127.0.0.1:-1",
                                          "127.0.0.1:+1",
                                          "127.0.0.1: 1",
                                          "127.0.0.1:100000",
                                          "127.0.0.1:8o",
                                          "127.0.1:80",
                                          "256.0.0.1:80",
                                          "[127.0.0.1]:80",
                                          "::1",
                                          "::1:80",
                                          "[::1]",
                                          "[::1]80",
                                          "[::1:80",
                                          "::1]:80",
                                          "[]:80",
                                          "localhost:80",
                                          "[::1%]:80",
                                          "[fe80::1%no such interface]:80",
                                          std::string("127.0.0.1\0:80", 13),
                                          std::string("127.0.0.1:80\0", 13),
                                          std::string("[::1\0]:80", 9)}) {
    absl::StatusOr<Address> address = Address::Parse(text);
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(Address::Parse("a\n:b").status().message(),
            R"("a\n:b" is not an address such as 127.0.0.1:80 or [::1]:80)");
}

TEST(Address, KnowsTheInterfaceOfALinkLocalAddress) {
  const unsigned index = if_nametoindex("lo");
  ASSERT_NE(index, 0u);
  absl::StatusOr<Address> by_name = Address::Parse("[fe80::1%lo]:80");
  absl::StatusOr<Address> by_number = Address::Parse(absl::StrCat("[fe80::1%", index, "]:80"));
  ASSERT_TRUE(by_name.ok() && by_number.ok());
  EXPECT_EQ(*by_name, *by_number);
  EXPECT_NE(*by_name, *Address::Parse("[fe80::1]:80"));
  sockaddr_storage storage;
  by_name->ToSockaddr(storage);
  EXPECT_EQ(reinterpret_cast<sockaddr_in6&>(storage).sin6_scope_id, index);
  EXPECT_EQ(by_name->ToString(), absl::StrCat("[fe80::1%", index, "]:80"));
}

TEST(Address, GoesToTheKernelAndBack) {
  for (const char* text : {"1.2.3.4:5", "[2001:db8::1]:443"}) {
    const Address address = *Address::Parse(text);
    sockaddr_storage storage;
    const socklen_t size = address.ToSockaddr(storage);
    EXPECT_EQ(Address::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), size).value(), address);
    // Cut off.
    EXPECT_FALSE(Address::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), size - 1).ok());
  }
  sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = {}};
  EXPECT_EQ(
      Address::FromSockaddr(reinterpret_cast<sockaddr*>(&local), sizeof(local)).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(Address, PutsThePortInNetworkOrder) {
  sockaddr_storage storage;
  Address::Parse("1.2.3.4:258")->ToSockaddr(storage);
  const auto& in = reinterpret_cast<sockaddr_in&>(storage);
  EXPECT_EQ(in.sin_port, htons(258));
  EXPECT_EQ(in.sin_addr.s_addr, htonl(0x01020304));
}

TEST(Address, IsAValue) {
  EXPECT_EQ(Address().ToString(), "0.0.0.0:0");
  EXPECT_EQ(Address::Loopback(7).ToString(), "127.0.0.1:7");
  EXPECT_EQ(Address::Loopback(7).WithPort(8), Address::Loopback(8));
  EXPECT_LT(Address::Loopback(7), Address::Loopback(8));
  EXPECT_LT(Address::Loopback(8), *Address::FromIp("::"));
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {Address(), Address::Loopback(), Address::Loopback(1), *Address::FromIp("::1"),
       *Address::FromIp("127.0.0.2")}));
}

}  // namespace
}  // namespace rondo::net
