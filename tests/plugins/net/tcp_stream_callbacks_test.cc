#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

// An echo server's connection as callbacks: frees itself at the end.
class EchoConnection {
 public:
  explicit EchoConnection(TcpStream stream) : stream_(std::move(stream)) {
    stream_.OnReadable([this] { Work(); });
    stream_.OnWritable([this] { Work(); });
  }

 private:
  void Work() {
    while (Flush()) {
      std::optional<absl::StatusOr<size_t>> size = stream_.TryRead(absl::MakeSpan(buffer_));
      if (!size.has_value()) return;
      if (!size->ok() || **size == 0) return delete this;
      left_ = absl::string_view(buffer_, **size);
    }
  }
  bool Flush() {
    while (!left_.empty()) {
      absl::StatusOr<size_t> sent = stream_.TryWrite(left_);
      if (!sent.ok() || *sent == 0) return false;
      left_.remove_prefix(*sent);
    }
    return true;
  }

  TcpStream stream_;
  char buffer_[1000];
  absl::string_view left_;
};

class TcpStreamCallbacks : public NetFixture {};

TEST_F(TcpStreamCallbacks, EchoesMoreThanTheBuffersHold) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    new EchoConnection(std::move(b));
    const std::string data(16 << 20, 'e');
    std::string read;
    a.OnReadable([&] {
      char buffer[3000];
      while (std::optional<absl::StatusOr<size_t>> size = a.TryRead(absl::MakeSpan(buffer))) {
        if (!size->ok() || **size == 0) return a.Close();
        read.append(buffer, **size);
      }
    });
    EXPECT_TRUE((co_await a.Write(data)).ok());
    EXPECT_TRUE(a.ShutdownWrite().ok());
    while (!a.closed()) co_await NextTurn();
    EXPECT_EQ(read.size(), data.size());
  });
}

TEST_F(TcpStreamCallbacks, IsCalledForWhatWasThereBefore) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("early");
    co_await NextTurn();
    std::string read;
    stream.OnReadable([&] {
      char buffer[100];
      std::optional<absl::StatusOr<size_t>> size = stream.TryRead(absl::MakeSpan(buffer));
      if (size.has_value()) read.append(buffer, size->value());
    });
    EXPECT_EQ(read, "") << "never from within";
    co_await NextTurn();
    EXPECT_EQ(read, "early");
  });
}

TEST_F(TcpStreamCallbacks, SeesTheEndOnce) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("x");
    peer.Close();
    int ends = 0;
    stream.OnReadable([&] {
      char buffer[100];
      while (std::optional<absl::StatusOr<size_t>> size = stream.TryRead(absl::MakeSpan(buffer))) {
        if (!size->ok()) break;
        ends += **size == 0 ? 1 : 0;
      }
    });
    for (int i = 0; i < 5; ++i) co_await NextTurn();
    EXPECT_EQ(ends, 1);
  });
}

TEST_F(TcpStreamCallbacks, MayDestroyItsStream) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    auto owned = std::make_unique<TcpStream>(std::move(stream));
    bool called = false;
    // What it owns is kept until it has returned, and then freed.
    auto token = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = token;
    owned->OnReadable([&, token = std::move(token)] {
      owned = nullptr;
      called = *token == 1;
    });
    peer.Send("x");
    for (int i = 0; i < 3; ++i) co_await NextTurn();
    EXPECT_TRUE(called);
    EXPECT_TRUE(watched.expired());
  });
}

TEST_F(TcpStreamCallbacks, IsNotCalledAnyMoreOnceItIsClosed) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    int calls = 0;
    stream.OnReadable([&] { ++calls; });
    peer.Send("x");
    stream.Close();
    for (int i = 0; i < 3; ++i) co_await NextTurn();
    EXPECT_EQ(calls, 0);
    char buffer[1];
    EXPECT_EQ(stream.TryRead(absl::MakeSpan(buffer))->status().code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(stream.TryWrite("x").status().code(), absl::StatusCode::kFailedPrecondition);
  });
}

TEST_F(TcpStreamCallbacks, E7_ALoopThatAlwaysFindsSomethingEndsAndGoesOnNextTurn) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send(std::string(200, 'x'));
    co_await NextTurn();
    size_t read = 0;
    int64_t calls = 0;
    stream.OnReadable([&] {
      ++calls;
      char buffer[1];
      size_t in_this_call = 0;
      while (std::optional<absl::StatusOr<size_t>> size = stream.TryRead(absl::MakeSpan(buffer))) {
        in_this_call += **size;
      }
      EXPECT_LE(in_this_call, 64u);
      read += in_this_call;
    });
    while (read < 200) co_await NextTurn();
    EXPECT_LE(calls, 5);
  });
}

TEST_F(TcpStreamCallbacks, AReaderThatWaitsKeepsACallbackOut) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    stream.OnReadable([] {});
    char buffer[1];
    absl::StatusOr<size_t> read = co_await stream.Read(absl::MakeSpan(buffer));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition) << read.status();
    EXPECT_DEATH(stream.OnReadable([] {}), "somebody waits");
  });
}

TEST_F(TcpStreamCallbacks, AnIdleConnectionIsSmall) {
  struct OnlyThis {
    void operator()() const {}
    void* self;
  };
  // As the heap counts: 8 bytes before each block, in steps of 16.
  const auto heap = [](size_t size) { return (size + 8 + 15) / 16 * 16; };
  EXPECT_LE(heap(sizeof(internal::Connection)) + heap(sizeof(internal::CallbackWaiter<OnlyThis>)),
            200u);
}

}  // namespace
}  // namespace rondo::net
