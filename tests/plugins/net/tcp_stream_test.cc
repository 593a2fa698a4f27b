#include "plugins/net/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/task_scope.h"
#include "runtime/when_all.h"
#include "runtime/when_any.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

// More than the kernel buffers of a connection together.
constexpr size_t kTooMuch = 32 << 20;

std::string Pattern(size_t size) {
  std::string data(size, '\0');
  uint32_t state = 1;
  for (char& c : data) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>('a' + (state >> 24) % 26);
  }
  return data;
}

// A Read and a Write as tasks, for the combinators.
Task<absl::StatusOr<size_t>> ReadSome(TcpStream& stream) {
  char buffer[64];
  co_return co_await stream.Read(absl::MakeSpan(buffer));
}
Task<absl::Status> WriteAll(TcpStream& stream, absl::string_view data) {
  co_return co_await stream.Write(data);
}

Task<absl::Status> Echo(TcpStream stream) {
  char buffer[4096];
  for (;;) {
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    if (!size.ok()) co_return size.status();
    if (*size == 0) break;
    absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
    if (!written.ok()) co_return written;
  }
  stream.Close();
  co_return absl::OkStatus();
}

class TcpStreamTest : public NetFixture {};

TEST_F(TcpStreamTest, UsageExample) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    auto [echo, answer] =
        co_await WhenAll(Echo(std::move(b)), [](TcpStream& stream) -> Task<std::string> {
          absl::Status written = co_await stream.Write("hello");
          EXPECT_TRUE(written.ok()) << written;
          EXPECT_TRUE(stream.ShutdownWrite().ok());
          co_return co_await ReadAll(stream);
        }(a));
    EXPECT_TRUE(echo.ok()) << echo;
    EXPECT_EQ(answer, "hello");
  });
}

TEST_F(TcpStreamTest, TriesTheSystemCallFirst) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const int64_t before = turn();
    peer.Send("one");
    EXPECT_EQ(co_await Read(stream), "one");
    EXPECT_TRUE((co_await stream.Write("two")).ok());
    EXPECT_EQ(peer.Receive(), "two");
    EXPECT_EQ(turn(), before) << "nothing of this had to wait";
  });
}

TEST_F(TcpStreamTest, OneRegistrationForTheLifeOfAConnection) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const int64_t before = poller_stats().changes;
    for (int i = 0; i < 100; ++i) {
      auto [read, written] = co_await WhenAll(Read(stream), [](Peer& from) -> Task<absl::Status> {
        from.Send("ping");  // When the reader waits.
        co_return absl::OkStatus();
      }(peer));
      EXPECT_EQ(read, "ping");
    }
    EXPECT_EQ(poller_stats().changes, before);
  });
}

TEST_F(TcpStreamTest, NamesItsEnds) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    EXPECT_EQ(a.peer_address(), b.local_address().value());
    EXPECT_EQ(b.peer_address(), a.local_address().value());
  });
}

TEST_F(TcpStreamTest, ReadsWhatComesByteByByte) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data = Pattern(1000);
    auto [read, sent] = co_await WhenAll(
        ReadAll(stream), [](Peer& from, const std::string& data) -> Task<absl::Status> {
          for (const char c : data) {
            from.Send(absl::string_view(&c, 1));
            EXPECT_TRUE((co_await Sleep(absl::ZeroDuration())).ok());
          }
          from.ShutdownWrite();
          co_return absl::OkStatus();
        }(peer, data));
    EXPECT_EQ(read, data);
  });
}

TEST_F(TcpStreamTest, ReadsByteByByte) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send(Pattern(1000));
    std::string read;
    while (read.size() < 1000) read += co_await Read(stream, 1);
    EXPECT_EQ(read, Pattern(1000));
  });
}

TEST_F(TcpStreamTest, E2_PartialWritesKeepOrder) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    const std::string data = Pattern(kTooMuch);
    auto [written, read] = co_await WhenAll(
        [](TcpStream& stream, absl::string_view data) -> Task<absl::Status> {
          // In pieces of many sizes.
          for (size_t size = 1; !data.empty(); size = size * 3 + 1) {
            absl::Status status = co_await stream.Write(data.substr(0, size));
            if (!status.ok()) co_return status;
            data.remove_prefix(std::min(size, data.size()));
          }
          co_return stream.ShutdownWrite();
        }(a, data),
        ReadAll(b));
    EXPECT_TRUE(written.ok()) << written;
    EXPECT_TRUE(read == data);
  });
}

TEST_F(TcpStreamTest, E2_WaitsForAPeerThatNeverReadsWithoutSpinning) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data(kTooMuch, 'x');
    const int64_t before = turn();
    const absl::Status status =
        co_await WithTimeout(WriteAll(stream, data), absl::Milliseconds(20));
    EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded) << status;
    EXPECT_LT(turn() - before, 20);
    // What was sent is there, and it goes on behind it.
    const absl::StatusOr<size_t> sent = stream.TryWrite("y");
    EXPECT_EQ(sent.value(), 0u);
    stream.Close();
    EXPECT_EQ(peer.ReceiveAll().find_first_not_of('x'), std::string::npos);
  });
}

TEST_F(TcpStreamTest, E3_DataBeforeTheEndIsReadAndTheEndIsReportedOnce) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("abc");
    peer.Close();
    EXPECT_EQ(co_await Read(stream, 1), "a");
    EXPECT_EQ(co_await Read(stream, 1), "b");
    EXPECT_EQ(co_await Read(stream, 100), "c");
    EXPECT_EQ(co_await Read(stream), "");
    char buffer[1];
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    EXPECT_EQ(size.status().code(), StatusCode::kOutOfRange);
    EXPECT_EQ(size.status().message(),
              absl::StrCat("read ", stream.peer_address(), ": its end has been reported before"));
  });
}

TEST_F(TcpStreamTest, E3_DataAndEndInOneEventOrInTwo) {
  Run([this]() -> Task<void> {
    for (const bool together : {true, false}) {
      auto [stream, peer] = co_await Connect();
      auto [read, sent] =
          co_await WhenAll(ReadAll(stream), [](Peer& from, bool together) -> Task<absl::Status> {
            from.Send("abc");  // A short read: the reader takes the stream for drained.
            if (!together) EXPECT_TRUE((co_await Sleep(absl::Milliseconds(1))).ok());
            from.Close();
            co_return absl::OkStatus();
          }(peer, together));
      EXPECT_EQ(read, "abc");
    }
  });
}

TEST_F(TcpStreamTest, E4_AResetEndsBothDirectionsWithOneError) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data(kTooMuch, 'x');
    auto [read, written, reset] =
        co_await WhenAll(ReadSome(stream), WriteAll(stream, data), [](Peer& p) -> Task<void> {
          p.Reset();
          co_return;
        }(peer));
    const std::string name = stream.peer_address().ToString();
    EXPECT_EQ(read.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(read.status().message(), absl::StrCat("read ", name, ": Connection reset by peer"));
    EXPECT_EQ(written.code(), StatusCode::kUnavailable);
    EXPECT_EQ(written.message(), absl::StrCat("write ", name, ": Connection reset by peer"));
    // Not an end now that the kernel has forgotten it.
    EXPECT_EQ(co_await Read(stream), "(UNAVAILABLE)");
    EXPECT_EQ((co_await stream.Write("x")).code(), StatusCode::kUnavailable);
  });
}

TEST_F(TcpStreamTest, E4_AResetThatAWriteFindsIsNoEndForTheReader) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Reset();
    absl::Status written;
    while (written.ok()) written = co_await stream.Write("x");
    EXPECT_EQ(written.code(), StatusCode::kUnavailable) << written;
    EXPECT_EQ(co_await Read(stream), "(UNAVAILABLE)");
  });
}

TEST_F(TcpStreamTest, E5_WritingToAClosedPeerIsAStatus) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("last words");
    peer.Close();
    absl::Status written;
    // The first write makes the peer's kernel answer with a reset, after its end of the stream.
    while (written.ok()) written = co_await stream.Write("x");
    EXPECT_EQ(written.code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(written.message(), absl::StrCat("write ", stream.peer_address(), ": Broken pipe"));
    EXPECT_EQ(co_await ReadAll(stream), "last words");
  });
}

TEST_F(TcpStreamTest, E7_AStreamThatAlwaysIsReadyLeavesOthersTheirShare) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    auto [other, peer] = co_await Connect();
    bool stop = false;
    peer.Send("stop");
    int64_t rounds = 0;
    auto [busy, read] = co_await WhenAll(
        [](TcpStream& a, TcpStream& b, const bool& stop, int64_t& rounds) -> Task<absl::Status> {
          // Neither call ever has to wait.
          while (!stop) {
            absl::Status status = co_await a.Write("x");
            if (!status.ok()) co_return status;
            EXPECT_EQ(co_await Read(b, 1), "x");
            ++rounds;
          }
          co_return absl::OkStatus();
        }(a, b, stop, rounds),
        [](TcpStream& other, bool& stop) -> Task<std::string> {
          std::string read = co_await Read(other);
          EXPECT_TRUE((co_await Sleep(absl::ZeroDuration())).ok());
          stop = true;
          co_return read;
        }(other, stop));
    EXPECT_TRUE(busy.ok()) << busy;
    EXPECT_EQ(read, "stop");
    EXPECT_GE(rounds, 64);
    EXPECT_LE(rounds, 64 * 8);
  });
}

TEST_F(TcpStreamTest, HalfCloseLeavesTheOtherDirection) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    EXPECT_TRUE((co_await stream.Write("question")).ok());
    EXPECT_TRUE(stream.ShutdownWrite().ok());
    EXPECT_TRUE(stream.ShutdownWrite().ok()) << "twice is once";
    EXPECT_EQ(peer.ReceiveAll(), "question");
    peer.Send("answer");
    peer.ShutdownWrite();
    EXPECT_EQ(co_await ReadAll(stream), "answer");
    const absl::Status written = co_await stream.Write("more");
    EXPECT_EQ(written.code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(written.message(), absl::StrCat("write ", stream.peer_address(),
                                              ": the stream is shut down for writing"));
  });
}

TEST_F(TcpStreamTest, ShuttingDownEndsAWriteThatWaits) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data(kTooMuch, 'x');
    auto [written, shut] = co_await WhenAll(
        WriteAll(stream, data),
        [](TcpStream& s) -> Task<absl::Status> { co_return s.ShutdownWrite(); }(stream));
    EXPECT_TRUE(shut.ok()) << shut;
    EXPECT_EQ(written.code(), StatusCode::kFailedPrecondition) << written;
  });
}

TEST_F(TcpStreamTest, ACancelledReadLeavesTheDataToTheNext) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    auto first = co_await WhenAny(ReadSome(stream), [](Peer& p) -> Task<absl::Status> {
      // The reader is told of both in the same turn, and the cancellation was first.
      p.Send("kept");
      co_return absl::OkStatus();
    }(peer));
    EXPECT_EQ(first.index(), 1u);
    EXPECT_EQ(co_await Read(stream), "kept");
  });
}

TEST_F(TcpStreamTest, AReadEndsWithTheStatusOfItsScope) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    absl::StatusOr<size_t> read = co_await WithTimeout(ReadSome(stream), absl::Milliseconds(1));
    EXPECT_EQ(read.status().code(), StatusCode::kDeadlineExceeded) << read.status();
    // As in a scope that was cancelled before, where what needs no waiting is done all the same.
    TaskScope scope(co_await CurrentScope());
    scope.Cancel(absl::AbortedError("no"));
    read = co_await ReadSome(stream).In(scope);
    EXPECT_EQ(read.status().code(), StatusCode::kAborted) << read.status();
    const absl::Status written = co_await WriteAll(stream, "goodbye").In(scope);
    EXPECT_TRUE(written.ok()) << written;
    EXPECT_EQ(peer.Receive(), "goodbye");
  });
}

TEST_F(TcpStreamTest, ClosingEndsWhatWaits) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data(kTooMuch, 'x');
    auto [read, written, closed] = co_await WhenAll(ReadSome(stream), WriteAll(stream, data),
                                                    [](TcpStream& s) -> Task<absl::Status> {
                                                      s.Close();
                                                      co_return absl::OkStatus();
                                                    }(stream));
    EXPECT_EQ(read.status().code(), StatusCode::kCancelled);
    EXPECT_EQ(read.status().message(),
              absl::StrCat("read ", stream.peer_address(), ": closed by this side"));
    EXPECT_EQ(written.code(), StatusCode::kCancelled) << written;
    EXPECT_TRUE(stream.closed());
    stream.Close();
    stream.Reset();
    EXPECT_EQ(co_await Read(stream), "(FAILED_PRECONDITION)");
    EXPECT_EQ((co_await stream.Write("x")).message(),
              absl::StrCat("write ", stream.peer_address(), ": the stream is closed"));
    EXPECT_EQ(stream.ShutdownWrite().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(stream.SetNoDelay(true).code(), StatusCode::kFailedPrecondition);
    EXPECT_FALSE(stream.local_address().ok());
  });
}

TEST_F(TcpStreamTest, DestroyingItEndsWhatWaits) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    std::optional<TcpStream> doomed = std::move(stream);
    auto [read, destroyed] =
        co_await WhenAll(ReadSome(*doomed), [](std::optional<TcpStream>& s) -> Task<absl::Status> {
          s.reset();
          co_return absl::OkStatus();
        }(doomed));
    EXPECT_EQ(read.status().code(), StatusCode::kCancelled) << read.status();
    EXPECT_EQ(peer.ReceiveAll(), "");
  });
}

TEST_F(TcpStreamTest, MovesWhileItIsRead) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    std::optional<TcpStream> moved;
    auto [read, done] = co_await WhenAll(
        ReadSome(stream),
        [](TcpStream& from, std::optional<TcpStream>& to, Peer& peer) -> Task<absl::Status> {
          to = std::move(from);
          peer.Send("abc");
          co_return absl::OkStatus();
        }(stream, moved, peer));
    EXPECT_EQ(read.value(), 3u);
    EXPECT_FALSE(moved->closed());
  });
}

TEST_F(TcpStreamTest, OneReaderAndOneWriterAtATime) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    const std::string data(kTooMuch, 'x');
    auto [read, second_read, written, second_write, done] =
        co_await WhenAll(ReadSome(stream), ReadSome(stream), WriteAll(stream, data),
                         WriteAll(stream, "x"), [](Peer& p) -> Task<absl::Status> {
                           p.Send("abc");
                           p.Reset();
                           co_return absl::OkStatus();
                         }(peer));
    EXPECT_EQ(read.value(), 3u);
    EXPECT_EQ(second_read.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(written.code(), StatusCode::kUnavailable) << written;
    EXPECT_EQ(second_write.code(), StatusCode::kFailedPrecondition) << second_write;
  });
}

TEST_F(TcpStreamTest, ResetTellsThePeer) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    stream.Reset();
    EXPECT_TRUE(stream.closed());
    EXPECT_EQ(peer.Receive(), "(reset)");
  });
}

TEST_F(TcpStreamTest, SendsSmallWritesAtOnceUnlessToldOtherwise) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    EXPECT_TRUE(a.SetNoDelay(false).ok());
    EXPECT_TRUE(a.SetNoDelay(true).ok());
    EXPECT_TRUE((co_await b.Write("")).ok()) << "nothing to send is sent";
  });
}

TEST_F(TcpStreamTest, DestroyingTheRuntimeEndsCoroutinesThatWait) {
  // Who owns the stream goes before who waits for it, and the other way round.
  for (const bool owner_first : {true, false}) {
    Build({});
    std::shared_ptr<Connected> connected;
    runtime->Spawn([](NetFixture& fixture, std::shared_ptr<Connected>& out) -> Task<void> {
      out = std::make_shared<Connected>(co_await fixture.Connect());
    }(*this, connected));
    while (connected == nullptr) ASSERT_TRUE(runtime->RunOnce(absl::InfiniteDuration()).ok());
    const auto wait = [](TcpStream* stream) -> Task<void> {
      const std::string data(kTooMuch, 'x');
      co_await WhenAll(ReadSome(*stream), WriteAll(*stream, data));
    };
    const auto own = [](std::shared_ptr<Connected> owned) -> Task<void> {
      co_await WhenAll(ReadSome(owned->stream));
    };
    TcpStream* const stream = &connected->stream;
    if (!owner_first) runtime->Spawn(wait(stream));
    runtime->Spawn(own(std::move(connected)));
    if (owner_first) runtime->Spawn(wait(stream));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(runtime->RunOnce(absl::ZeroDuration()).ok());
    runtime = nullptr;
  }
}

}  // namespace
}  // namespace rondo::net
