// W4 by hand.
//
//   raw tick COUNT        a queue of callbacks, of which each queues the next
//   raw post COUNT        the same queue, filled with 1000 callbacks and emptied
//   raw turn COUNT        the queue and a look into epoll for each callback
//   raw coroutine COUNT   the same, of coroutines
//   raw remote COUNT      a queue that another thread fills, with an eventfd for when it was empty

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/throttle.h"

namespace {

struct Callback {
  Callback* next = nullptr;
  void (*function)(Callback& callback) = nullptr;
};

class Queue {
 public:
  void Add(Callback& callback) {
    callback.next = nullptr;
    *last_ = &callback;
    last_ = &callback.next;
  }
  void Run() {
    while (Callback* const callback = first_) {
      first_ = callback->next;
      if (first_ == nullptr) last_ = &first_;
      callback->function(*callback);
    }
  }

 private:
  Callback* first_ = nullptr;
  Callback** last_ = &first_;
};

Queue queue;

struct Tick : Callback {
  int64_t left = 0;
};

void Chain(int64_t count) {
  Tick tick;
  tick.left = count;
  tick.function = [](Callback& callback) {
    if (--static_cast<Tick&>(callback).left > 0) queue.Add(callback);
  };
  queue.Add(tick);
  queue.Run();
  bench::Require(tick.left == 0, "all ticks");
}

int64_t called = 0;

void Post(int64_t count) {
  constexpr int kBatch = 1000;
  std::vector<Callback> callbacks(kBatch);
  called = 0;
  for (int64_t posted = 0; posted < count; posted += kBatch) {
    for (Callback& callback : callbacks) {
      callback.function = [](Callback&) { ++called; };
      queue.Add(callback);
    }
    queue.Run();
  }
  bench::Require(called >= count, "all posts");
}

void Turn(int64_t count) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  Callback callback;
  callback.function = [](Callback&) { ++called; };
  called = 0;
  while (called < count) {
    queue.Add(callback);
    queue.Run();
    epoll_event events[256];
    bench::Require(epoll_wait(epoll_fd, events, 256, 0) == 0, "no events");
  }
  close(epoll_fd);
}

struct Yield : Callback {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    handle = awaiting;
    function = [](Callback& callback) { static_cast<Yield&>(callback).handle.resume(); };
    queue.Add(*this);
  }
  void await_resume() const {}

  std::coroutine_handle<> handle;
};

struct Coroutine {
  struct promise_type {
    Coroutine get_return_object() const { return {}; }
    std::suspend_never initial_suspend() const { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const {}
    void unhandled_exception() const { std::terminate(); }
  };
};

Coroutine YieldTimes(int64_t count, bool& done) {
  for (int64_t i = 0; i < count; ++i) co_await Yield();
  done = true;
}

void Coroutines(int64_t count) {
  bool done = false;
  YieldTimes(count, done);
  queue.Run();
  bench::Require(done, "all yields");
}

// Posts from any thread, taken by one.
class Inbox {
 public:
  Inbox() : event_fd_(eventfd(0, EFD_NONBLOCK)) {}
  ~Inbox() { close(event_fd_); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  void Post(Callback& callback) {
    Callback* newest = newest_.load(std::memory_order_relaxed);
    do {
      callback.next = newest;
    } while (!newest_.compare_exchange_weak(newest, &callback));
    const uint64_t one = 1;
    // Only who finds it empty may have to wake the other.
    if (newest == nullptr && asleep_.load() && asleep_.exchange(false)) {
      bench::Require(write(event_fd_, &one, sizeof(one)) == sizeof(one), "write");
    }
  }

  // Everything that is there, oldest first; waits for something.
  Callback* Take() {
    while (newest_.load() == nullptr) {
      asleep_.store(true);
      if (newest_.load() == nullptr) Sleep();
      asleep_.store(false);
    }
    Callback* oldest = nullptr;
    for (Callback* callback = newest_.exchange(nullptr); callback != nullptr;) {
      Callback* const older = callback->next;
      callback->next = oldest;
      oldest = callback;
      callback = older;
    }
    return oldest;
  }

 private:
  void Sleep() {
    pollfd fd = {.fd = event_fd_, .events = POLLIN, .revents = 0};
    poll(&fd, 1, -1);
    uint64_t value;
    if (read(event_fd_, &value, sizeof(value)) < 0) return;  // Woken by a signal.
  }

  std::atomic<Callback*> newest_ = nullptr;
  std::atomic<bool> asleep_ = false;
  const int event_fd_;
};

void Remote(int64_t count) {
  Inbox inbox;
  called = 0;
  std::atomic<int64_t> done = 0;
  // Twice the backlog: a place is free again long before its turn comes.
  std::vector<Callback> callbacks(2 * bench::kMaxBacklog + bench::kThrottleEvery);
  for (Callback& callback : callbacks) callback.function = [](Callback&) { ++called; };
  std::thread other([&] {
    size_t place = 0;
    for (int64_t i = 0; i < count; ++i) {
      bench::Throttle(i, [&] { return done.load(std::memory_order_acquire); });
      inbox.Post(callbacks[place]);
      if (++place == callbacks.size()) place = 0;
    }
  });
  while (called < count) {
    for (Callback* callback = inbox.Take(); callback != nullptr;) {
      Callback* const next = callback->next;
      callback->function(*callback);
      callback = next;
      if (called % bench::kThrottleEvery == 0) done.store(called, std::memory_order_release);
    }
  }
  other.join();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  void (*const run)(int64_t) = variant == "tick"        ? &Chain
                               : variant == "post"      ? &Post
                               : variant == "turn"      ? &Turn
                               : variant == "coroutine" ? &Coroutines
                               : variant == "remote"    ? &Remote
                                                        : nullptr;
  bench::Require(run != nullptr, "tick, post, turn, coroutine or remote");
  run(10'000);
  const bench::Measurement measurement;
  run(count);
  measurement.End(count).Print();
}
