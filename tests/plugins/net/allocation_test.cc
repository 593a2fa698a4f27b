// A stream that is read and written again and again allocates nothing.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "tests/count_allocations.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {
namespace {

constexpr int kRounds = 1000;

using SteadyState = NetFixture;

// Sends back what comes in, until the end.
Task<absl::Status> Echo(TcpStream& stream) {
  char buffer[64];
  while (true) {
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    if (!size.ok() || *size == 0) co_return size.status();
    absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
    if (!written.ok()) co_return written;
  }
}

// Both ends wait for each other, so every read suspends.
Task<absl::Status> PingPong(TcpStream& stream) {
  char buffer[64] = {};
  int64_t before = 0;
  for (int i = 0; i < 2 * kRounds; ++i) {
    if (i == kRounds) before = CountAllocations();
    absl::Status written = co_await stream.Write(absl::string_view(buffer, sizeof buffer));
    if (!written.ok()) co_return written;
    for (size_t left = sizeof buffer; left > 0;) {
      absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
      if (!size.ok()) co_return size.status();
      left -= *size;
    }
  }
  EXPECT_EQ(CountAllocations() - before, 0);
  co_return stream.ShutdownWrite();
}

TEST_F(SteadyState, CoroutinesThatReadAndWrite) {
  Run([this]() -> Task<void> {
    ConnectedStreams streams = co_await ConnectStreams();
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(Echo(streams.a));
      co_return co_await PingPong(streams.b);
    });
    EXPECT_TRUE(status.ok()) << status;
  });
}

TEST_F(SteadyState, CallbacksThatReadAndWrite) {
  int rounds = 0;
  int64_t before = 0;
  std::optional<ConnectedStreams> streams;
  // Each message is sent back by whoever gets it.
  auto bounce = [&](TcpStream& stream) {
    char buffer[64];
    while (std::optional<absl::StatusOr<size_t>> size = stream.TryRead(absl::MakeSpan(buffer))) {
      ASSERT_TRUE(size->ok()) << size->status();
      if (++rounds == kRounds) before = CountAllocations();
      if (rounds == 2 * kRounds) {
        EXPECT_EQ(CountAllocations() - before, 0);
        streams->a.Close();
        streams->b.Close();
        return;
      }
      ASSERT_EQ(stream.TryWrite(absl::string_view(buffer, **size)).value(), **size);
    }
  };
  Run([&]() -> Task<void> {
    streams = co_await ConnectStreams();
    streams->a.OnReadable([&] { bounce(streams->a); });
    streams->b.OnReadable([&] { bounce(streams->b); });
    EXPECT_EQ(streams->a.TryWrite("a message").value(), 9u);
  });
  EXPECT_EQ(rounds, 2 * kRounds);
}

}  // namespace
}  // namespace rondo::net
