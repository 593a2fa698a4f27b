// Name servers that a file names, and what is left when it could not be read.
#include <ares.h>
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "runtime/task.h"
#include "runtime/when_all.h"
#include "tests/plugins/net/fake_name_server.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace {

// The file has no room for a port: where, by its IP address, a name server is.
std::map<std::string, rondo::net::Address>& Routes() {
  static auto& routes = *new std::map<std::string, rondo::net::Address>;
  return routes;
}

bool servers_cannot_be_set = false;

}  // namespace

// What c-ares calls.
extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  sockaddr_storage storage;
  std::memcpy(&storage, address, size);
  const auto to = rondo::net::Address::FromSockaddr(address, size);
  const auto route = to.ok() ? Routes().find(to->ip()) : Routes().end();
  if (route != Routes().end()) size = route->second.ToSockaddr(storage);
  return static_cast<int>(syscall(SYS_connect, fd, &storage, size));
}

// What the resolver calls.
extern "C" int ares_set_servers_ports(ares_channel channel, ares_addr_port_node* servers) {
  if (servers_cannot_be_set) return ARES_ENOMEM;
  static const auto real =
      reinterpret_cast<decltype(&ares_set_servers_ports)>(dlsym(RTLD_NEXT, __func__));
  return real(channel, servers);
}

namespace rondo::net {
namespace {

class NameServerFile : public NetFixture {
 public:
  // Puts another file in the place of the one there was.
  void Serve(const std::string& ip) const {
    const std::string next = file + ".next";
    std::ofstream(next) << "nameserver " << ip << "\n";
    EXPECT_EQ(std::rename(next.c_str(), file.c_str()), 0);
  }

  // An IP address, or "(CODE)".
  Task<std::string> Look(std::string host) {
    absl::StatusOr<HostAddresses> found =
        co_await runtime->Submit(Resolve{.host = std::move(host), .family = Resolve::kIpv4});
    if (found.ok()) co_return found->addresses.at(0).ip();
    last = found.status();
    co_return absl::StrCat("(", absl::StatusCodeToString(last.code()), ")");
  }

 protected:
  NameServerFile() {
    for (const Address& server : {first.address(), second.address()}) {
      Routes()[server.ip()] = server;
    }
    first.names["x.test"] = {"192.0.2.1"};
    second.names["x.test"] = {"192.0.2.2"};
    Serve("127.0.0.2");
    Ask({.servers = {}, .timeout = absl::Seconds(2), .tries = 1, .file = file});
  }
  void TearDown() override {
    first.Close();
    second.Close();
    Routes().clear();
    std::remove(file.c_str());
    NetFixture::TearDown();
  }

  void Ask(const NameServers& name_servers) {
    first.Stop();
    second.Stop();
    Build(name_servers);
    first.ServeOn(runtime->loop());
    second.ServeOn(runtime->loop());
  }

  const std::string file = absl::StrCat(testing::TempDir(), "/name_servers.", getpid());
  FakeNameServer first{*Address::FromIp("127.0.0.2")};
  FakeNameServer second{*Address::FromIp("127.0.0.3")};
  absl::Status last;
};

TEST_F(NameServerFile, SaysWhoIsAsked) {
  Run([this]() -> Task<void> { EXPECT_EQ(co_await Look("x.test"), "192.0.2.1"); });
}

TEST_F(NameServerFile, ThatCouldNotBeOpenedForALackOfDescriptorsIsReadLater) {
  Run([this]() -> Task<void> {
    // Needs no file; the sanitizers, though, open some for what they have not seen before.
    EXPECT_EQ(co_await Look("192.0.2.9"), "192.0.2.9");
    std::optional<NoFreeDescriptors> none(std::in_place);
    const std::string found = co_await Look("x.test");
    none.reset();
    EXPECT_EQ(found, "(RESOURCE_EXHAUSTED)");
    EXPECT_EQ(last.message(),
              absl::StrCat("resolve \"x.test\": open \"", file, "\": Too many open files"));
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.1");
  });
}

TEST_F(NameServerFile, TellsALackOfDescriptorsFromAServerThatDoesNotAnswer) {
  Run([this]() -> Task<void> {
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.1");
    std::optional<NoFreeDescriptors> none(std::in_place);
    const std::string found = co_await Look("x.test");
    none.reset();
    EXPECT_EQ(found, "(RESOURCE_EXHAUSTED)") << last;
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.1");
  });
}

TEST_F(NameServerFile, IsReadAgainWhenItHasChanged) {
  Run([this]() -> Task<void> {
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.1");
    Serve("127.0.0.3");
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.2");
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.2");
    EXPECT_EQ(first.questions, 1);
  });
}

TEST_F(NameServerFile, ThatHasChangedTakesNoQuestionAway) {
  Ask({.servers = {}, .timeout = absl::Milliseconds(50), .tries = 1, .file = file});
  first.silent = {"silent.test"};
  Run([this]() -> Task<void> {
    auto [silent, found] =
        co_await WhenAll(Look("silent.test"), [](NameServerFile& test) -> Task<std::string> {
          test.Serve("127.0.0.3");
          co_return co_await test.Look("x.test");
        }(*this));
    EXPECT_EQ(silent, "(UNAVAILABLE)") << "it waited for its answer";
    EXPECT_EQ(found, "192.0.2.1") << "by the same server";
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.2");
  });
}

TEST_F(NameServerFile, IsNotAskedWhenTheServersCouldNotBeSet) {
  Ask({.servers = {second.address()}, .timeout = absl::Seconds(2), .tries = 1, .file = file});
  Run([this]() -> Task<void> {
    servers_cannot_be_set = true;
    EXPECT_EQ(co_await Look("x.test"), "(RESOURCE_EXHAUSTED)");
    EXPECT_EQ(last.message(), "resolve \"x.test\": set name servers: Out of memory");
    servers_cannot_be_set = false;
    EXPECT_EQ(co_await Look("x.test"), "192.0.2.2");
    EXPECT_EQ(first.questions, 0);
  });
}

}  // namespace
}  // namespace rondo::net
