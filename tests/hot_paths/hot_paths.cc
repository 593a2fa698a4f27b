// Does one thing again and again, for hot_paths_test to count what it costs.
//
//   hot_paths tick|post|timer|timer_at|yield|loop_kind|pool_kind|stream|stream_callbacks TIMES

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "plugins/net/net.h"
#include "plugins/net/net_plugin.h"
#include "pool/manual_pool.h"
#include "runtime/awaitables.h"
#include "runtime/completion.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_context.h"
#include "runtime/task_group.h"
#include "runtime/timer.h"

namespace rondo {
namespace {

struct OnTheLoop {
  static constexpr absl::string_view kKind = "hot.on_the_loop";
  using Result = int;
};

struct OnThePool {
  static constexpr absl::string_view kKind = "hot.on_the_pool";
  using Result = int;
};

class HotPlugin final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "hot", .summary = "empty bodies"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnLoop<OnTheLoop>(
        [](OnTheLoop, Completion<int> completion) { completion.Complete(1); });
    registrar.OnPool<OnThePool>([](OnThePool, TaskContext&) -> absl::StatusOr<int> { return 1; });
    return absl::OkStatus();
  }
};

// How many of something happen between two looks of the loop for events.
constexpr int64_t kBatch = 100;

void Run(Runtime& runtime) { CHECK_OK(runtime.Run()); }

void Tick(Runtime& runtime, ManualPool&, int64_t times) {
  struct Chain {
    Runtime& runtime;
    int64_t& left;
    void operator()() const {
      if (--left > 0) runtime.NextTick(*this);
    }
  };
  runtime.NextTick(Chain{runtime, times});
  Run(runtime);
}

void Post(Runtime& runtime, ManualPool&, int64_t times) {
  int64_t called = 0;
  std::function<void()> batch = [&] {
    for (int64_t i = 0; i < kBatch; ++i) runtime.Post([&called] { ++called; });
    if (called < times) runtime.SetImmediate([&batch] { batch(); });
  };
  batch();
  Run(runtime);
}

void TimerStart(Runtime& runtime, ManualPool&, int64_t times) {
  Timer timer(runtime.loop(), [] {});
  for (int64_t i = 0; i < times; ++i) {
    timer.Start(absl::Milliseconds(1 + i % 60'000));
    timer.Cancel();
  }
}

void TimerStartAt(Runtime& runtime, ManualPool&, int64_t times) {
  Timer timer(runtime.loop(), [] {});
  const int64_t now = runtime.loop().clock().NowNanos();
  for (int64_t i = 0; i < times; ++i) {
    timer.StartAt(now + (1 + i % 60'000) * 1'000'000);
    timer.Cancel();
  }
}

Task<void> Yields(int64_t times) {
  for (int64_t i = 0; i < times; ++i) co_await NextTick();
}

void Yield(Runtime& runtime, ManualPool&, int64_t times) {
  runtime.Spawn(Yields(times));
  Run(runtime);
}

template <typename Request>
void Submissions(Runtime& runtime, ManualPool& pool, int64_t times) {
  for (int64_t done = 0; done < times;) {
    for (int64_t i = 0; i < kBatch; ++i) {
      runtime.Submit(Request{}, [&done](absl::StatusOr<int> result) { done += *result; });
    }
    pool.RunAll();
    Run(runtime);
  }
}

Task<absl::Status> Echo(net::TcpStream& stream) {
  char buffer[256];
  while (true) {
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    if (!size.ok() || *size == 0) co_return size.status();
    absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
    if (!written.ok()) co_return written;
  }
}

Task<absl::Status> Connect(Runtime& runtime, std::optional<net::TcpStream>& ours,
                           std::optional<net::TcpStream>& theirs) {
  auto listener = co_await runtime.Submit(net::Listen{.address = net::Address::Loopback()});
  if (!listener.ok()) co_return listener.status();
  auto connected = co_await runtime.Submit(
      net::Connect{.host = "127.0.0.1", .port = listener->local_address().port()});
  if (!connected.ok()) co_return connected.status();
  auto accepted = co_await listener->Accept();
  if (!accepted.ok()) co_return accepted.status();
  ours = *std::move(connected);
  theirs = *std::move(accepted);
  co_return absl::OkStatus();
}

// Both ends are in this program: an operation is two reads and two writes.
Task<absl::Status> PingPong(Runtime& runtime, int64_t times) {
  std::optional<net::TcpStream> ours;
  std::optional<net::TcpStream> theirs;
  absl::Status connected = co_await Connect(runtime, ours, theirs);
  if (!connected.ok()) co_return connected;
  co_return co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
    group.Spawn(Echo(*theirs));
    char buffer[256] = {};
    constexpr size_t kSize = 64;
    for (int64_t i = 0; i < times; ++i) {
      absl::Status written = co_await ours->Write(absl::string_view(buffer, kSize));
      if (!written.ok()) co_return written;
      absl::StatusOr<size_t> size = co_await ours->Read(absl::MakeSpan(buffer));
      if (!size.ok()) co_return size.status();
      CHECK_EQ(*size, kSize);
    }
    co_return ours->ShutdownWrite();
  });
}

void Stream(Runtime& runtime, ManualPool&, int64_t times) {
  runtime.Spawn(PingPong(runtime, times));
  Run(runtime);
}

// A connection's end that sends back what comes, by callbacks.
class Echoer {
 public:
  explicit Echoer(net::TcpStream stream, int64_t times = std::numeric_limits<int64_t>::max())
      : stream_(std::move(stream)), left_(times) {
    stream_.OnReadable([this] { OnReadable(); });
  }

  void Send(absl::string_view text) { CHECK_EQ(stream_.TryWrite(text).value(), text.size()); }

 private:
  void OnReadable() {
    while (std::optional<absl::StatusOr<size_t>> size = stream_.TryRead(absl::MakeSpan(buffer_))) {
      if (**size == 0 || --left_ == 0) return stream_.Close();
      Send(absl::string_view(buffer_, **size));
    }
  }

  net::TcpStream stream_;
  int64_t left_;
  char buffer_[256];
};

void StreamCallbacks(Runtime& runtime, ManualPool&, int64_t times) {
  std::optional<Echoer> echoer;
  std::optional<Echoer> sender;
  auto start = [&]() -> Task<absl::Status> {
    std::optional<net::TcpStream> ours;
    std::optional<net::TcpStream> theirs;
    absl::Status connected = co_await Connect(runtime, ours, theirs);
    if (!connected.ok()) co_return connected;
    echoer.emplace(*std::move(theirs));
    sender.emplace(*std::move(ours), times);
    sender->Send(std::string(64, 'x'));
    co_return absl::OkStatus();
  };
  runtime.Spawn(start());
  Run(runtime);
}

int Main(absl::string_view name, absl::string_view number) {
  const std::map<absl::string_view, void (*)(Runtime&, ManualPool&, int64_t)> paths = {
      {"tick", &Tick},
      {"post", &Post},
      {"timer", &TimerStart},
      {"timer_at", &TimerStartAt},
      {"yield", &Yield},
      {"loop_kind", &Submissions<OnTheLoop>},
      {"pool_kind", &Submissions<OnThePool>},
      {"stream", &Stream},
      {"stream_callbacks", &StreamCallbacks},
  };
  int64_t times = 0;
  const auto path = paths.find(name);
  CHECK(path != paths.end() && absl::SimpleAtoi(number, &times)) << name << " " << number;
  // One thread, so that every run executes the same instructions.
  auto pool = std::make_unique<ManualPool>();
  ManualPool& by_hand = *pool;
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = Runtime::Builder()
                                                         .Use(std::move(pool))
                                                         .Add(std::make_unique<HotPlugin>())
                                                         .Add(std::make_unique<net::NetPlugin>())
                                                         .Build();
  CHECK_OK(runtime.status());
  path->second(**runtime, by_hand, times);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  CHECK_EQ(argc, 3) << "hot_paths NAME TIMES";
  return rondo::Main(argv[1], argv[2]);
}
