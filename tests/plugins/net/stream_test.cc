// What all streams have in common.
#include "plugins/net/stream.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/buffered_reader.h"
#include "plugins/net/net.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

using StreamTest = NetFixture;

TEST_F(StreamTest, ReadExactGathersPieces) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    std::string buffer(5, '.');
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](TcpStream& s, std::string& b) -> Task<absl::Status> {
        co_return co_await s.ReadExact(absl::MakeSpan(b));
      }(stream, buffer));
      for (const char* piece : {"a", "bc", "def"}) {
        peer.Send(piece);
        for (int i = 0; i < 3; ++i) co_await NextTurn();
      }
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(buffer, "abcde");
    EXPECT_EQ(co_await Read(stream), "f");
  });
}

TEST_F(StreamTest, ReadExactSaysWhatIsMissing) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    peer.Send("abc");
    peer.ShutdownWrite();
    std::string buffer(5, '.');
    absl::Status status = co_await stream.ReadExact(absl::MakeSpan(buffer));
    EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
    EXPECT_EQ(status.message(),
              absl::StrCat("read ", stream.peer_address(), ": it ended 2 bytes early"));
    status = co_await stream.ReadExact(absl::MakeSpan(buffer).first(0));
    EXPECT_TRUE(status.ok()) << status;
  });
}

TEST_F(StreamTest, WritePartsKeepsTheirOrder) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    std::vector<std::string> owned;
    std::string all;
    for (int i = 0; i < 200; ++i) {
      owned.push_back(i % 7 == 0 ? "" : absl::StrCat(i, ";"));
      all += owned.back();
    }
    const std::vector<absl::string_view> parts(owned.begin(), owned.end());
    absl::Status status = co_await stream.WriteParts(parts);
    EXPECT_TRUE(status.ok()) << status;
    status = co_await stream.WriteParts({});
    EXPECT_TRUE(status.ok()) << status;
    stream.Close();
    EXPECT_EQ(peer.ReceiveAll(), all);
    status = co_await stream.WriteParts(parts);
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  });
}

// E2: a part that the kernel takes now and the rest that it takes later.
TEST_F(StreamTest, E2_PartsThatAreWrittenPartlyKeepTheirOrder) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    std::vector<std::string> owned;
    for (int i = 0; i < 40; ++i) owned.emplace_back(100'000 + i, static_cast<char>('a' + i % 26));
    const std::vector<absl::string_view> parts(owned.begin(), owned.end());
    std::string received;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](TcpStream& s, std::string& all) -> Task<void> { all = co_await ReadAll(s); }(
                                                         b, received));
      absl::Status written = co_await a.WriteParts(parts);
      if (!written.ok()) co_return written;
      co_return a.ShutdownWrite();
    });
    EXPECT_TRUE(status.ok()) << status;
    std::string all;
    for (const std::string& part : owned) all += part;
    EXPECT_TRUE(received == all);
  });
}

TEST_F(StreamTest, ReadUntilFindsDelimitersAcrossPieces) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    BufferedReader reader(stream);
    peer.Send("one\r\ntw");
    EXPECT_EQ((co_await reader.ReadUntil("\r\n", 100)).value(), "one");
    EXPECT_EQ(reader.buffered(), "tw");
    std::string line;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](BufferedReader<TcpStream>& r, std::string& l) -> Task<absl::Status> {
        absl::StatusOr<std::string> found = co_await r.ReadUntil("\r\n", 5);
        if (found.ok()) l = *found;
        co_return found.status();
      }(reader, line));
      for (const char* piece : {"o\r", "\r", "\nab", "cdef"}) {
        peer.Send(piece);
        for (int i = 0; i < 3; ++i) co_await NextTurn();
      }
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(line, "two\r");
    EXPECT_EQ((co_await reader.ReadExact(2)).value(), "ab");
    EXPECT_EQ((co_await reader.ReadExact(0)).value(), "");
    EXPECT_EQ((co_await reader.ReadExact(4)).value(), "cdef");
    EXPECT_EQ(reader.buffered(), "");
  });
}

TEST_F(StreamTest, ReadUntilHasALimitAndSaysWhatTheEndLeft) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    BufferedReader reader(stream);
    peer.Send("abcdef\nx");
    peer.ShutdownWrite();
    absl::StatusOr<std::string> line = co_await reader.ReadUntil("\n", 5);
    EXPECT_EQ(line.status().code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(line.status().message(), "read until \"\\n\": not within 5 bytes");
    EXPECT_EQ((co_await reader.ReadUntil("\n", 6)).value(), "abcdef");
    for (int i = 0; i < 2; ++i) {
      line = co_await reader.ReadUntil("\n", 5);
      EXPECT_EQ(line.status().code(), StatusCode::kOutOfRange);
      EXPECT_EQ(line.status().message(), "read: the stream ended, and 1 bytes are left");
    }
    EXPECT_EQ(reader.buffered(), "x");
  });
}

// A part of it counted against the limit, once: it depended on the pieces what was found.
TEST_F(StreamTest, ADelimiterThatComesInTwoPiecesIsNotOverTheLimit) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    BufferedReader reader(stream);
    absl::StatusOr<std::string> line;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](BufferedReader<TcpStream>& r, absl::StatusOr<std::string>& l) -> Task<void> {
        l = co_await r.ReadUntil("\r\n", 2);
      }(reader, line));
      peer.Send("ab\r");
      for (int i = 0; i < 3; ++i) co_await NextTurn();
      peer.Send("\nabc\r");
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(line.ok() && *line == "ab") << line.status();
    EXPECT_EQ((co_await reader.ReadUntil("\r\n", 2)).status().code(),
              StatusCode::kResourceExhausted);
  });
}

TEST_F(StreamTest, ACancelledReadUntilLosesNothing) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    BufferedReader reader(stream);
    peer.Send("ab");
    absl::StatusOr<std::string> line =
        co_await WithTimeout(reader.ReadUntil("\n", 100), absl::Milliseconds(1));
    EXPECT_EQ(line.status().code(), StatusCode::kDeadlineExceeded);
    peer.Send("c\n");
    EXPECT_EQ((co_await reader.ReadUntil("\n", 100)).value(), "abc");
  });
}

// The same code for each type of stream.
Task<std::string> ExchangeThrough(Stream a, Stream b) {
  std::string buffer(3, '.');
  absl::Status status = co_await a.WriteParts({{"ab", "", "c"}});
  if (status.ok()) status = co_await b.ReadExact(absl::MakeSpan(buffer));
  if (status.ok()) status = co_await b.Write("x");
  if (status.ok()) status = co_await a.ReadExact(absl::MakeSpan(buffer).first(1));
  if (status.ok()) status = a.ShutdownWrite();
  if (!status.ok()) co_return status.ToString();
  char more;
  absl::StatusOr<size_t> end = co_await b.Read(absl::MakeSpan(&more, 1));
  if (!end.ok() || *end != 0) co_return "no end";
  b.Reset();
  co_return b.closed() ? buffer : "open";
}

TEST_F(StreamTest, AnyTypeOfStream) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    EXPECT_EQ(co_await ExchangeThrough(Stream(std::move(a)), Stream(std::move(b))), "xbc");
    absl::StatusOr<UnixStreamPair> pair = UnixStream::Pair(runtime->loop());
    EXPECT_TRUE(pair.ok()) << pair.status();
    EXPECT_EQ(co_await ExchangeThrough(Stream(std::move(pair->a)), Stream(std::move(pair->b))),
              "xbc");
  });
}

TEST_F(StreamTest, AnyTypeOfStreamWithCallbacks) {
  Run([this]() -> Task<void> {
    auto [a, b] = co_await ConnectStreams();
    auto server = std::make_shared<Stream>(std::move(b));
    server->OnReadable([server] {
      char buffer[10];
      while (auto size = server->TryRead(absl::MakeSpan(buffer))) {
        if (!size->ok() || **size == 0) return server->Close();
        EXPECT_EQ(server->TryWrite(absl::string_view(buffer, **size)).value(), **size);
      }
    });
    EXPECT_TRUE((co_await a.Write("hello")).ok());
    EXPECT_EQ(co_await Read(a), "hello");
    a.Close();
  });
}

}  // namespace
}  // namespace rondo::net
