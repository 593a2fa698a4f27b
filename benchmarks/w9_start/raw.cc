// W9 by hand: what a loop needs, and nothing that it does not need yet.

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "benchmarks/common/measure.h"

int main() {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  const int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event = {.events = EPOLLIN, .data = {.fd = event_fd}};
  bench::Require(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event) == 0, "epoll_ctl");
  close(event_fd);
  close(epoll_fd);
}
