// Ten thousand connections: that all begin at once, and that do nothing. The clients are another
// process, of the same program, so that the descriptors of one suffice.
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/net.h"
#include "plugins/net/server.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/program.h"

namespace rondo::net {
namespace {

constexpr size_t kConnections = 10'000;

void AllowDescriptors() {
  rlimit limit = {};
  PCHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK_GE(limit.rlim_max, kConnections + 100) << "this user may not have so many: ulimit -Hn";
  limit.rlim_cur = limit.rlim_max;
  PCHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

void WaitFor(int fd, short events) {
  pollfd wait = {.fd = fd, .events = events, .revents = 0};
  PCHECK(::poll(&wait, 1, -1) == 1);
}

void Ping(int fd) {
  char back[4];
  PCHECK(::send(fd, "ping", 4, MSG_NOSIGNAL) == 4);
  WaitFor(fd, POLLIN);
  PCHECK(::recv(fd, back, sizeof(back), 0) == 4);
}

// All are on their way before the first is looked at: more than a backlog has room for. Each step
// is said, and waits for a line.
int RunClients(uint16_t port) {
  AllowDescriptors();
  sockaddr_storage storage;
  const socklen_t size = Address::Loopback(port).ToSockaddr(storage);
  std::vector<int> fds(kConnections);
  for (int& fd : fds) {
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    PCHECK(fd >= 0);
    PCHECK(::connect(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0 || errno == EINPROGRESS);
  }
  for (const int fd : fds) {
    WaitFor(fd, POLLOUT);
    int error = 0;
    socklen_t error_size = sizeof(error);
    PCHECK(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size) == 0);
    CHECK_EQ(error, 0);
  }
  for (size_t i = 0; i < fds.size(); i += 100) Ping(fds[i]);
  std::string line;
  std::cout << "connected" << std::endl;
  std::getline(std::cin, line);
  Ping(fds.back());
  std::cout << "answered" << std::endl;
  std::getline(std::cin, line);
  return EXIT_SUCCESS;  // Which closes them.
}

class ManyConnectionsTest : public NetFixture {
 protected:
  static Task<void> Echo(TcpStream& stream) {
    char buffer[16];
    for (;;) {
      absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
      if (!size.ok() || *size == 0) co_return;
      if (!(co_await stream.Write(absl::string_view(buffer, *size))).ok()) co_return;
    }
  }
};

TEST_F(ManyConnectionsTest, AStormIsServedAndIdleOnesCostNoTurn) {
  AllowDescriptors();
  Run([this]() -> Task<void> {
    TcpServer server(runtime->loop(), co_await ListenOn(),
                     [](TcpStream& stream) { return Echo(stream); });
    std::optional<absl::Status> ended;
    runtime->Spawn([](TcpServer& s, std::optional<absl::Status>& e) -> Task<void> {
      e = co_await s.Run();
    }(server, ended));
    Program clients(runtime->loop(),
                    {"/proc/self/exe", absl::StrCat("--clients=", server.local_address().port())});
    EXPECT_EQ(co_await clients.ReadLine(), "connected");
    while (server.stats().open < kConnections) co_await NextTurn();

    const int64_t before = turn();
    EXPECT_TRUE((co_await Sleep(absl::Milliseconds(300))).ok());
    EXPECT_LE(turn() - before, 3);
    co_await clients.Say("more\n");
    EXPECT_EQ(co_await clients.ReadLine(), "answered");

    // They end as they began: all at once.
    server.Drain(absl::InfiniteDuration());
    co_await clients.Say("enough\n");
    while (!ended.has_value()) co_await NextTurn();
    EXPECT_TRUE(ended->ok()) << *ended;
    EXPECT_EQ(server.stats().open, 0u);
    EXPECT_EQ(server.stats().accepted, static_cast<int64_t>(kConnections));
    EXPECT_EQ(co_await clients.End(), 0) << clients.its_output();
  });
}

}  // namespace
}  // namespace rondo::net

int main(int argc, char** argv) {
  const absl::string_view argument = argc == 2 ? argv[1] : "";
  uint32_t port = 0;
  if (argument.substr(0, 10) == "--clients=" && absl::SimpleAtoi(argument.substr(10), &port)) {
    return rondo::net::RunClients(static_cast<uint16_t>(port));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
