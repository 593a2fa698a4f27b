// W5 by hand: epoll, one buffer for all, no state for a connection.
//
//   raw callbacks

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>

#include "benchmarks/common/echo.h"
#include "benchmarks/common/measure.h"

namespace {

using bench::Require;

int Listen(bench::EchoServer& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  Require(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, 4096) == 0 &&
              getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "listen");
  server.Listens(ntohs(address.sin_port));
  return fd;
}

void Watch(int epoll_fd, int fd) {
  epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
  Require(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

void Accept(bench::EchoServer& server, int epoll_fd, int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  if (fd < 0) return;
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  server.Opened();
  Watch(epoll_fd, fd);
}

// False when that was the last connection.
bool Echo(bench::EchoServer& server, int fd) {
  char buffer[bench::kEchoBuffer];
  const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
  if (size > 0) {
    // It always fits into the socket: the client waits for it.
    Require(send(fd, buffer, static_cast<size_t>(size), MSG_NOSIGNAL) == size, "send");
    server.Echoed(static_cast<size_t>(size));
    return true;
  }
  close(fd);
  return !server.Closed();
}

}  // namespace

int main() {
  bench::EchoServer server;
  const int listener = Listen(server);
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll_fd, listener);
  for (bool serving = true; serving;) {
    epoll_event events[256];
    const int count = epoll_wait(epoll_fd, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        Accept(server, epoll_fd, listener);
      } else if (!Echo(server, fd)) {
        serving = false;
      }
    }
  }
  server.Print();
}
