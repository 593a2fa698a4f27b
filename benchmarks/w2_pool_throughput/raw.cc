// W2 by hand: one ring that one thread fills and four empty, several tasks at once, and one list on
// which what is done comes back.
//
//   raw flight TASKS MICROSECONDS [IN_FLIGHT]   1024 in flight, a body of 0 or more us
//   raw fanout TASKS                            no completion

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/common/futex.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/pool_work.h"
#include "benchmarks/common/throttle.h"

namespace {

constexpr int kThreads = 4;
constexpr int kSpins = 500;

struct Task {
  Task* next = nullptr;
  void (*function)(Task& task) = nullptr;
};

// A number that only grows, and on which threads can sleep.
class Bell {
 public:
  uint32_t count() const { return count_.load(); }
  void Ring() {
    count_.fetch_add(1);
    if (sleepers_.load() > 0) bench::FutexWakeOne(count_);
  }
  // REQUIRES: `count` was read before what the caller waits for was looked for.
  void Wait(uint32_t count) {
    sleepers_.fetch_add(1);
    bench::FutexWait(count_, count);
    sleepers_.fetch_sub(1);
  }

 private:
  std::atomic<uint32_t> count_ = 0;
  std::atomic<int> sleepers_ = 0;
};

// What is done, from several threads to one.
class Home {
 public:
  // A chain of tasks, newest first.
  void Push(Task* first, Task& last) {
    Task* top = top_.load(std::memory_order_relaxed);
    do {
      last.next = top;
    } while (!top_.compare_exchange_weak(top, first));
    if (top == nullptr) bell_.Ring();
  }
  Task* Take() {
    for (int spin = 0;; ++spin) {
      const uint32_t count = bell_.count();
      if (top_.load() != nullptr) return top_.exchange(nullptr);
      spin < kSpins ? bench::CpuRelax() : bell_.Wait(count);
    }
  }

 private:
  alignas(64) std::atomic<Task*> top_ = nullptr;
  Bell bell_;
};

class Pool {
 public:
  explicit Pool(Home* home) : home_(home) {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Pool() {
    ended_.store(true);
    for (int i = 0; i < kThreads; ++i) bell_.Ring();
    for (std::thread& thread : threads_) thread.join();
  }

  // One thread only. False when the ring is full. Not before Publish does a worker see it.
  bool Add(Task& task) {
    if (filled_ - head_.load(std::memory_order_acquire) == kRing) return false;
    ring_[filled_++ % kRing].store(&task, std::memory_order_relaxed);
    return true;
  }
  void Publish() {
    tail_.store(filled_);
    bell_.Ring();
  }

 private:
  static constexpr uint64_t kRing = 131'072;
  static constexpr uint64_t kBatch = 16;

  void Work() {
    for (int spin = 0; !ended_.load(std::memory_order_relaxed); ++spin) {
      const uint32_t count = bell_.count();
      std::array<Task*, kBatch> tasks;
      const uint64_t size = Take(tasks);
      if (size > 0) {
        spin = 0;
        Run(tasks, size);
      } else if (spin < kSpins) {
        bench::CpuRelax();
      } else if (!ended_.load()) {
        bell_.Wait(count);
        spin = 0;
      }
    }
  }

  // The slots are read before they are claimed: as long as the head has not moved, nobody has
  // written to them.
  uint64_t Take(std::array<Task*, kBatch>& tasks) {
    uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const uint64_t there = tail_.load() - head;
      if (there == 0 || there > kRing) return 0;
      const uint64_t size = std::min<uint64_t>((there + kThreads - 1) / kThreads, kBatch);
      for (uint64_t i = 0; i < size; ++i) {
        tasks[i] = ring_[(head + i) % kRing].load(std::memory_order_relaxed);
      }
      if (head_.compare_exchange_weak(head, head + size)) {
        if (there > size) bell_.Ring();  // There is work for another one.
        return size;
      }
    }
  }

  void Run(const std::array<Task*, kBatch>& tasks, uint64_t size) {
    for (uint64_t i = 0; i < size; ++i) {
      tasks[i]->function(*tasks[i]);
      if (home_ != nullptr && i > 0) tasks[i]->next = tasks[i - 1];
    }
    if (home_ != nullptr) home_->Push(tasks[size - 1], *tasks[0]);
  }

  Home* const home_;
  uint64_t filled_ = 0;  // The filling thread's.
  alignas(64) std::atomic<uint64_t> tail_ = 0;
  alignas(64) std::atomic<uint64_t> head_ = 0;
  alignas(64) Bell bell_;
  std::atomic<bool> ended_ = false;
  std::vector<std::atomic<Task*>> ring_{kRing};
  std::vector<std::thread> threads_;
};

int64_t turns = 0;

void Flight(Pool& pool, Home& home, int64_t count, int64_t in_flight) {
  std::vector<Task> tasks(static_cast<size_t>(std::min(in_flight, count)));
  const int64_t done_before = bench::DoneCount();
  for (Task& task : tasks) {
    task.function = [](Task&) {
      bench::Compute(turns);
      bench::CountDone();
    };
    bench::Require(pool.Add(task), "room");
  }
  pool.Publish();
  int64_t submitted = static_cast<int64_t>(tasks.size());
  for (int64_t done = 0; done < count;) {
    for (Task* task = home.Take(); task != nullptr; ++done) {
      Task* const next = task->next;
      if (submitted < count) {
        bench::Require(pool.Add(*task), "room");
        ++submitted;
      }
      task = next;
    }
    pool.Publish();
  }
  bench::Require(bench::DoneCount() - done_before == count, "every task once");
}

void FanOut(Pool& pool, int64_t count) {
  Task task;
  task.function = [](Task&) { bench::CountDone(); };
  const int64_t done_before = bench::DoneCount();
  const auto done = [done_before] { return bench::DoneCount() - done_before; };
  for (int64_t i = 0; i < count; ++i) {
    bench::Throttle(i, done);
    while (!pool.Add(task)) {
      pool.Publish();
      sched_yield();
    }
    if (i % 16 == 0) pool.Publish();
  }
  pool.Publish();
  while (done() < count) sched_yield();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 2'000'000);
  turns = bench::Number(argc, argv, 3, 0) * bench::TurnsOfAMicrosecond();
  const int64_t in_flight = bench::Number(argc, argv, 4, 1024);
  const double body_nanos = bench::ComputeNanos(turns);
  bench::Require(variant == "flight" || variant == "fanout", "flight or fanout");
  Home home;
  Pool pool(variant == "flight" ? &home : nullptr);
  const auto run = [&](int64_t tasks) {
    variant == "flight" ? Flight(pool, home, tasks, in_flight) : FanOut(pool, tasks);
  };
  run(5'000);
  const bench::Measurement measurement;
  run(count);
  bench::Report report = measurement.End(count);
  report.Add("body_ns", body_nanos);
  report.Print();
}
