#include "tests/poller/testing.h"

#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "absl/log/check.h"

namespace rondo {

void PrintTo(Readiness readiness, std::ostream* out) { *out << readiness.ToString(); }

std::set<int> OpenFds() {
  std::set<int> fds;
  DIR* const directory = opendir("/proc/self/fd");
  PCHECK(directory != nullptr);
  while (const dirent* entry = readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(directory)) fds.insert(fd);
  }
  closedir(directory);
  return fds;
}

void OwnedFd::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

SocketPair MakeSocketPair() {
  int fds[2];
  PCHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
  return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

SocketPair MakeTcpPair() {
  const OwnedFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  PCHECK(listener.get() >= 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  PCHECK(bind(listener.get(), generic, size) == 0);
  PCHECK(listen(listener.get(), 1) == 0);
  PCHECK(getsockname(listener.get(), generic, &size) == 0);
  OwnedFd theirs(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  PCHECK(theirs.get() >= 0);
  PCHECK(connect(theirs.get(), generic, size) == 0);
  OwnedFd ours(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  PCHECK(ours.get() >= 0);
  return {std::move(ours), std::move(theirs)};
}

OwnedFd MakeEventFd(unsigned value) {
  OwnedFd fd(eventfd(value, EFD_CLOEXEC | EFD_NONBLOCK));
  PCHECK(fd.get() >= 0);
  return fd;
}

void SendByte(int fd) { PCHECK(send(fd, "x", 1, MSG_NOSIGNAL) == 1); }

int Drain(int fd) {
  char buffer[64];
  int total = 0;
  for (ssize_t got; (got = read(fd, buffer, sizeof(buffer))) > 0;) total += static_cast<int>(got);
  return total;
}

int Deliver(Poller& poller) {
  int count = 0;
  Readiness ready;
  while (Watcher* watcher = poller.TakeReady(ready)) {
    watcher->OnReady(ready);
    ++count;
  }
  return count;
}

void WaitUntilReady(Poller& poller) {
  while (!poller.has_ready()) CHECK_OK(poller.Wait(-1));
}

bool IsReadable(int fd) {
  pollfd pfd = {.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&pfd, 1, 0) == 1;
}

PollerTest::PollerTest() {
  absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Create();
  CHECK_OK(poller);
  poller_ = *std::move(poller);
}

void PollerTest::TearDown() {
  poller_.reset();
  EXPECT_EQ(OpenFds(), fds_before_) << "an fd was left behind";
}

}  // namespace rondo
