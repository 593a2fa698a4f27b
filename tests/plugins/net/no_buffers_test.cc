// What a stream does when the kernel has no buffer for it.
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/task.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace {

// How many calls will fail.
int sends_without_buffer = 0;
int receives_without_buffer = 0;

bool Fails(int& calls) {
  if (calls == 0) return false;
  --calls;
  return true;
}

}  // namespace

// What a stream calls, in place of the plugin's own.
namespace rondo::net::internal {

int64_t SystemSend(int fd, const char* data, size_t size) {
  if (Fails(sends_without_buffer)) return -ENOBUFS;
  const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

int64_t SystemRecv(int fd, char* data, size_t size) {
  if (Fails(receives_without_buffer)) return -ENOBUFS;
  const ssize_t received = ::recv(fd, data, size, 0);
  return received < 0 ? -errno : received;
}

}  // namespace rondo::net::internal

namespace rondo::net {
namespace {

Task<absl::Status> WriteAll(TcpStream& stream, absl::string_view data) {
  co_return co_await stream.Write(data);
}
Task<absl::StatusOr<size_t>> ReadSome(TcpStream& stream) {
  char buffer[64];
  co_return co_await stream.Read(absl::MakeSpan(buffer));
}

class NoBuffers : public NetFixture {
 protected:
  void TearDown() override {
    sends_without_buffer = receives_without_buffer = 0;
    NetFixture::TearDown();
  }
};

TEST_F(NoBuffers, E2_AWriteWaitsForOne) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    co_await NextTurn();  // Told that it is writable; it will not be told again.
    for (const int failures : {1, 3}) {
      sends_without_buffer = failures;
      const absl::Status written =
          co_await WithTimeout(WriteAll(stream, "hello"), absl::Seconds(10));
      EXPECT_TRUE(written.ok()) << written;
      EXPECT_EQ(sends_without_buffer, 0);
      EXPECT_EQ(peer.Receive(), "hello");
    }
  });
}

TEST_F(NoBuffers, E2_AReadWaitsForOne) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("hello");
    co_await NextTurn();
    receives_without_buffer = 2;
    const absl::StatusOr<size_t> read = co_await WithTimeout(ReadSome(stream), absl::Seconds(10));
    EXPECT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(receives_without_buffer, 0);
  });
}

TEST_F(NoBuffers, E2_ACallbackIsCalledWhenItIsWorthTrying) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    std::optional<size_t> sent;
    stream.OnWritable([&, &stream = stream] {
      if (sent.value_or(0) == 0) sent = stream.TryWrite("x").value();
    });
    co_await NextTurn();
    co_await NextTurn();
    sent.reset();
    sends_without_buffer = 1;
    EXPECT_EQ(stream.TryWrite("x").value(), 0u);
    while (!sent.has_value()) co_await NextTurn();
    EXPECT_EQ(*sent, 1u);
  });
}

TEST_F(NoBuffers, E2_WaitsWithoutSpinning) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const int64_t before = turn();
    sends_without_buffer = 1000000;
    const absl::Status written =
        co_await WithTimeout(WriteAll(stream, "x"), absl::Milliseconds(20));
    EXPECT_EQ(written.code(), absl::StatusCode::kDeadlineExceeded) << written;
    EXPECT_LT(turn() - before, 20);
  });
}

TEST_F(NoBuffers, ClosingAndDestroyingNeedNotWait) {
  Run([this]() -> Task<void> {
    std::optional<Connected> connected = co_await Connect();
    sends_without_buffer = 1;
    EXPECT_EQ(connected->stream.TryWrite("x").value(), 0u);
    connected->stream.Close();
    connected.reset();
    connected = co_await Connect();
    sends_without_buffer = 1;
    EXPECT_EQ(connected->stream.TryWrite("x").value(), 0u);
    connected.reset();
  });
  EXPECT_TRUE(runtime->DumpActive().empty());
}

TEST_F(NoBuffers, DestroyingTheRuntimeEndsTheWait) {
  // With and without its owner.
  for (const bool owned : {true, false}) {
    Build({});
    std::optional<Connected> connected;
    bool written = false;
    runtime->Spawn(
        [](NetFixture& fixture, std::optional<Connected>& out, bool& written) -> Task<void> {
          out = co_await fixture.Connect();
          sends_without_buffer = 1000000;
          const absl::Status status = co_await out->stream.Write("x");
          written = status.ok();
        }(*this, connected, written));
    while (!connected.has_value()) ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
    if (!owned) connected.reset();
    EXPECT_FALSE(written);
    if (owned) connected->stream.Close();
    runtime = nullptr;
  }
}

}  // namespace
}  // namespace rondo::net
