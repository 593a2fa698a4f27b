// W4 on Asio, whose next tick and post are one and the same.
//
//   asio tick COUNT
//   asio post COUNT
//   asio coroutine COUNT
//   asio remote COUNT

#include <asio.hpp>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/throttle.h"

namespace {

struct TickChain {
  asio::io_context* io;
  int64_t* left;
  void operator()() const {
    if (--*left > 0) asio::post(*io, *this);
  }
};

void Tick(int64_t count) {
  // As one thread runs it, Asio may do without locks.
  asio::io_context io(ASIO_CONCURRENCY_HINT_UNSAFE);
  asio::post(io, TickChain{&io, &count});
  io.run();
  bench::Require(count == 0, "all ticks");
}

void Post(int64_t count) {
  constexpr int kBatch = 1000;
  asio::io_context io(ASIO_CONCURRENCY_HINT_UNSAFE);
  int64_t called = 0;
  for (int64_t posted = 0; posted < count;) {
    for (int i = 0; i < kBatch; ++i, ++posted) asio::post(io, [&called] { ++called; });
    io.restart();
    io.run();
  }
  bench::Require(called >= count, "all posts");
}

asio::awaitable<void> Yield(int64_t count, bool& done) {
  for (int64_t i = 0; i < count; ++i) co_await asio::post(asio::use_awaitable);
  done = true;
}

void Coroutine(int64_t count) {
  asio::io_context io(ASIO_CONCURRENCY_HINT_UNSAFE);
  bool done = false;
  asio::co_spawn(io, Yield(count, done), asio::detached);
  io.run();
  bench::Require(done, "all yields");
}

void Remote(int64_t count) {
  asio::io_context io(1);
  auto work = asio::make_work_guard(io);
  int64_t called = 0;
  std::atomic<int64_t> done = 0;
  std::thread other([&] {
    for (int64_t i = 0; i < count; ++i) {
      bench::Throttle(i, [&] { return done.load(std::memory_order_relaxed); });
      asio::post(io, [&called, &done] {
        if (++called % bench::kThrottleEvery == 0) done.store(called, std::memory_order_relaxed);
      });
    }
    work.reset();
  });
  io.run();
  other.join();
  bench::Require(called == count, "all posts");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 1'000'000);
  void (*const run)(int64_t) = variant == "tick"        ? &Tick
                               : variant == "post"      ? &Post
                               : variant == "coroutine" ? &Coroutine
                               : variant == "remote"    ? &Remote
                                                        : nullptr;
  bench::Require(run != nullptr, "tick, post, coroutine or remote");
  run(10'000);
  const bench::Measurement measurement;
  run(count);
  measurement.End(count).Print();
}
