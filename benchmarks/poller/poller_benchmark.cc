// The poller beside the raw epoll that it stands on. Only the ratios mean something.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "poller/poller.h"
#include "poller/readiness.h"

namespace rondo {
namespace {

struct Pair {
  Pair() { PCHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0); }
  ~Pair() {
    close(fds[0]);
    close(fds[1]);
  }
  int fds[2];
};

void Send(int fd) { PCHECK(write(fd, "x", 1) == 1); }
void Receive(int fd) {
  char buffer[64];
  PCHECK(read(fd, buffer, sizeof(buffer)) == 1);
}

class Receiver final : public Watcher {
 public:
  void OnReady(Readiness ready) override {
    if (ready.Has(Readiness::kReadable)) Receive(fd());
  }
};

std::unique_ptr<Poller> MakePoller() {
  absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Create();
  CHECK_OK(poller);
  return *std::move(poller);
}

void DeliverAll(Poller& poller) {
  Readiness ready;
  while (Watcher* watcher = poller.TakeReady(ready)) watcher->OnReady(ready);
}

// One byte through each of range(0) socket pairs, then one wait for all of them.
void BM_Ping_RawEpoll(benchmark::State& state) {
  const auto pairs = std::make_unique<Pair[]>(state.range(0));
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < state.range(0); ++i) {
    epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.ptr = &pairs[i]}};
    PCHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pairs[i].fds[0], &event) == 0);
  }
  for (auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) Send(pairs[i].fds[1]);
    epoll_event events[256];
    const int count = epoll_wait(epoll_fd, events, 256, -1);
    for (int i = 0; i < count; ++i) Receive(static_cast<Pair*>(events[i].data.ptr)->fds[0]);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  close(epoll_fd);
}
BENCHMARK(BM_Ping_RawEpoll)->Arg(1)->Arg(64);

void BM_Ping_Poller(benchmark::State& state) {
  const auto pairs = std::make_unique<Pair[]>(state.range(0));
  const auto poller = MakePoller();
  const auto receivers = std::make_unique<Receiver[]>(state.range(0));
  for (int i = 0; i < state.range(0); ++i) {
    CHECK_OK(
        poller->Add(receivers[i], pairs[i].fds[0], Readiness::kReadable | Readiness::kPeerClosed));
  }
  for (auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) Send(pairs[i].fds[1]);
    CHECK_OK(poller->Wait(-1));
    DeliverAll(*poller);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Ping_Poller)->Arg(1)->Arg(64);

// Add and remove: one epoll_ctl each.
void BM_AddRemove_RawEpoll(benchmark::State& state) {
  const Pair pair;
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  for (auto _ : state) {
    epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pair.fds[0], &event);
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, pair.fds[0], nullptr);
  }
  close(epoll_fd);
}
BENCHMARK(BM_AddRemove_RawEpoll);

void BM_AddRemove_Poller(benchmark::State& state) {
  const Pair pair;
  const auto poller = MakePoller();
  Receiver receiver;
  for (auto _ : state) {
    CHECK_OK(poller->Add(receiver, pair.fds[0], Readiness::kReadable));
    poller->Remove(receiver);
  }
}
BENCHMARK(BM_AddRemove_Poller);

// A wake-up of one who is awake: no system call.
void BM_Wake_WhileAwake(benchmark::State& state) {
  const auto poller = MakePoller();
  for (auto _ : state) poller->Wake();
}
BENCHMARK(BM_Wake_WhileAwake);

// What a thread pays for waking itself, up to the end of the next wait; beside the usual way.
void BM_WakeSelf_RawEventFd(benchmark::State& state) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  const int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
  PCHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event) == 0);
  for (auto _ : state) {
    eventfd_write(event_fd, 1);
    epoll_event events[256];
    PCHECK(epoll_wait(epoll_fd, events, 256, -1) == 1);
    eventfd_t value;
    eventfd_read(event_fd, &value);
  }
  close(event_fd);
  close(epoll_fd);
}
BENCHMARK(BM_WakeSelf_RawEventFd);

void BM_WakeSelf_Poller(benchmark::State& state) {
  const auto poller = MakePoller();
  for (auto _ : state) {
    poller->Wake();
    CHECK_OK(poller->Wait(-1));
  }
}
BENCHMARK(BM_WakeSelf_Poller);

// Two threads that wake each other in turn, each asleep in epoll: the round trip.
void BM_RoundTrip_RawEventFd(benchmark::State& state) {
  struct Side {
    Side() {
      epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
      PCHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event) == 0);
    }
    ~Side() {
      close(epoll_fd);
      close(event_fd);
    }
    void Wake() const { eventfd_write(event_fd, 1); }
    void Wait() const {
      epoll_event events[256];
      PCHECK(epoll_wait(epoll_fd, events, 256, -1) == 1);
      eventfd_t value;
      eventfd_read(event_fd, &value);
    }
    const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    const int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  };
  Side here;
  Side there;
  std::atomic<bool> stop = false;  // Written here.
  std::thread peer([&] {
    while (true) {
      there.Wait();
      if (stop) return;
      here.Wake();
    }
  });
  for (auto _ : state) {
    there.Wake();
    here.Wait();
  }
  stop = true;
  there.Wake();
  peer.join();
}
BENCHMARK(BM_RoundTrip_RawEventFd)->UseRealTime();

void BM_RoundTrip_Poller(benchmark::State& state) {
  const auto here = MakePoller();
  const auto there = MakePoller();
  std::atomic<int64_t> asked = 0;     // Written here; negative: stop.
  std::atomic<int64_t> answered = 0;  // Written by the peer.
  // What a loop does: wait, look, and wait again if there was nothing to find.
  const auto await = [](Poller& poller, const std::atomic<int64_t>& value, int64_t old) {
    while (value == old) CHECK_OK(poller.Wait(-1));
    return value.load();
  };
  std::thread peer([&] {
    for (int64_t seen = 0; (seen = await(*there, asked, seen)) >= 0;) {
      answered = seen;
      here->Wake();
    }
  });
  int64_t round = 0;
  for (auto _ : state) {
    asked = round + 1;
    there->Wake();
    round = await(*here, answered, round);
  }
  asked = -1;
  there->Wake();
  peer.join();
  state.counters["writes/round"] = benchmark::Counter(
      static_cast<double>(here->stats().wake_writes + there->stats().wake_writes),
      benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_RoundTrip_Poller)->UseRealTime();

}  // namespace
}  // namespace rondo
