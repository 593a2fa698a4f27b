// What a child process must not inherit.
#include <dirent.h>
#include <fcntl.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/net/address.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_listener.h"
#include "runtime/task.h"
#include "tests/plugins/net/fake_name_server.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

// Each descriptor with the flags of F_GETFD, without the one that looks.
std::map<int, int> Descriptors() {
  std::map<int, int> flags;
  DIR* const dir = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(dir)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(dir)) flags[fd] = fcntl(fd, F_GETFD);
  }
  closedir(dir);
  return flags;
}

class CloseOnExec : public NetFixture {};

TEST_F(CloseOnExec, F5_HoldsForEveryDescriptor) {
  runtime = nullptr;
  const std::map<int, int> before = Descriptors();
  FakeNameServer server;
  server.silent = {"silent.test"};
  Build({.servers = {server.address()}, .timeout = absl::Hours(1)});
  const std::map<int, int> with_runtime = Descriptors();
  Run([&]() -> Task<void> {
    TcpListener listener = co_await ListenOn();
    ConnectedStreams streams = co_await ConnectStreams();
    runtime->Submit(Resolve{.host = "silent.test"}, [](absl::StatusOr<HostAddresses>) {},
                    {.timeout = absl::Milliseconds(1)});
    co_await NextTurn();
    const std::map<int, int> now = Descriptors();
    // A listener, both ends of a connection and a socket for the name server.
    EXPECT_GE(now.size(), with_runtime.size() + 4);
    for (const auto& [fd, flags] : now) {
      if (!before.contains(fd)) EXPECT_EQ(flags, FD_CLOEXEC) << "descriptor " << fd;
    }
  });
}

}  // namespace
}  // namespace rondo::net
