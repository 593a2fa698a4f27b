// W4 on libuv, which has no next tick and no queue for posts: the first is a timer of 0 ms, the
// second a queue of one's own with a uv_async_t, as its manual advises.
//
//   libuv tick COUNT
//   libuv turn COUNT
//   libuv remote COUNT

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/throttle.h"

namespace {

int64_t left = 0;

void Tick(int64_t count) {
  left = count;
  uv_timer_t timer;
  uv_timer_init(uv_default_loop(), &timer);
  const auto tick = [](uv_timer_t* self) {
    if (--left > 0) uv_timer_start(self, self->timer_cb, 0, 0);
  };
  uv_timer_start(&timer, tick, 0, 0);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  bench::Require(left == 0, "all ticks");
}

void Turn(int64_t count) {
  left = count;
  uv_idle_t idle;
  uv_idle_init(uv_default_loop(), &idle);
  uv_idle_start(&idle, [](uv_idle_t* self) {
    if (--left == 0) uv_close(reinterpret_cast<uv_handle_t*>(self), nullptr);
  });
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  bench::Require(left == 0, "all turns");
}

struct Post {
  void (*function)(void* data);
  void* data;
};

struct Inbox {
  uv_async_t async;
  std::mutex mutex;
  std::vector<Post> posts;    // Guarded by mutex.
  std::vector<Post> running;  // The loop's.
  int64_t count = 0;
  int64_t called = 0;
  std::atomic<int64_t> done = 0;
};

void RunPosts(uv_async_t* async) {
  Inbox& inbox = *static_cast<Inbox*>(async->data);
  {
    const std::lock_guard lock(inbox.mutex);
    inbox.running.swap(inbox.posts);
  }
  for (const Post& post : inbox.running) post.function(post.data);
  inbox.running.clear();
  if (inbox.called == inbox.count) uv_close(reinterpret_cast<uv_handle_t*>(async), nullptr);
}

void Called(void* data) {
  Inbox& inbox = *static_cast<Inbox*>(data);
  if (++inbox.called % bench::kThrottleEvery == 0) {
    inbox.done.store(inbox.called, std::memory_order_relaxed);
  }
}

void Remote(int64_t count) {
  Inbox inbox;
  inbox.count = count;
  inbox.async.data = &inbox;
  uv_async_init(uv_default_loop(), &inbox.async, &RunPosts);
  std::thread other([&] {
    for (int64_t i = 0; i < count; ++i) {
      bench::Throttle(i, [&] { return inbox.done.load(std::memory_order_relaxed); });
      bool first;
      {
        const std::lock_guard lock(inbox.mutex);
        first = inbox.posts.empty();
        inbox.posts.push_back({.function = &Called, .data = &inbox});
      }
      if (first) uv_async_send(&inbox.async);
    }
  });
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  other.join();
  bench::Require(inbox.called == count, "all posts");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  void (*const run)(int64_t) = variant == "tick"     ? &Tick
                               : variant == "turn"   ? &Turn
                               : variant == "remote" ? &Remote
                                                     : nullptr;
  bench::Require(run != nullptr, "tick, turn or remote");
  run(10'000);
  const bench::Measurement measurement;
  run(count);
  measurement.End(count).Print();
}
