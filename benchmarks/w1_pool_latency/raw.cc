// W1 by hand: two threads that hand a token to each other.
//
//   raw busy|pause ROUNDS spin      look for a moment, then sleep on a futex
//   raw busy|pause ROUNDS futex     sleep at once
//   raw busy|pause ROUNDS eventfd   the worker sleeps on a futex, the loop in epoll
//   raw idle MILLISECONDS

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <string>
#include <thread>

#include "benchmarks/common/futex.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/rounds.h"

namespace {

// One bit that one thread sets and another waits for.
class Gate {
 public:
  explicit Gate(int spins) : spins_(spins) {}

  void Open() {
    if (state_.exchange(kOpen) == kAwaited) bench::FutexWakeOne(state_);
  }

  void Pass() {
    for (int i = 0; i < spins_; ++i) {
      if (state_.load(std::memory_order_relaxed) == kOpen) break;
      bench::CpuRelax();
    }
    uint32_t state = kClosed;
    while (state_.compare_exchange_strong(state, kAwaited) || state == kAwaited) {
      bench::FutexWait(state_, kAwaited);
      state = kClosed;
    }
    state_.store(kClosed);
  }

 private:
  static constexpr uint32_t kClosed = 0;
  static constexpr uint32_t kOpen = 1;
  static constexpr uint32_t kAwaited = 2;

  const int spins_;
  std::atomic<uint32_t> state_ = kClosed;
};

// The same for a thread that waits for file descriptors as well.
class EpollGate {
 public:
  EpollGate() : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)), event_fd_(eventfd(0, EFD_NONBLOCK)) {
    // Edge-triggered: it need not be read.
    epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = event_fd_}};
    bench::Require(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, event_fd_, &event) == 0, "epoll_ctl");
  }
  ~EpollGate() {
    close(event_fd_);
    close(epoll_fd_);
  }
  EpollGate(const EpollGate&) = delete;
  EpollGate& operator=(const EpollGate&) = delete;

  void Open() {
    const uint64_t one = 1;
    bench::Require(write(event_fd_, &one, sizeof(one)) == sizeof(one), "write");
  }

  void Pass() {
    epoll_event event;
    while (epoll_wait(epoll_fd_, &event, 1, -1) != 1) {
    }
  }

 private:
  const int epoll_fd_;
  const int event_fd_;
};

template <typename Back>
void Run(const std::string& variant, int64_t count, int spins, Back& back) {
  Gate there(spins);
  std::atomic<bool> done = false;
  std::thread worker([&] {
    for (;;) {
      there.Pass();
      if (done.load()) return;
      back.Open();
    }
  });
  bench::MeasureRounds(variant, count, [&](bench::Rounds& rounds) {
    do {
      rounds.Begin();
      there.Open();
      back.Pass();
    } while (rounds.End());
  });
  done.store(true);
  there.Open();
  worker.join();
}

void Idle(int64_t millis) {
  const bench::Measurement measurement;
  const timespec time = {.tv_sec = millis / 1000, .tv_nsec = millis % 1000 * 1'000'000};
  nanosleep(&time, nullptr);
  measurement.End(millis).Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 200'000);
  if (variant == "idle") {
    Idle(count);
    return 0;
  }
  constexpr int kSpins = 1000;
  const std::string how = bench::Word(argc, argv, 3);
  if (how == "eventfd") {
    EpollGate back;
    Run(variant, count, 0, back);
  } else {
    bench::Require(how == "spin" || how == "futex", "spin, futex or eventfd");
    const int spins = how == "spin" ? kSpins : 0;
    Gate back(spins);
    Run(variant, count, spins, back);
  }
}
