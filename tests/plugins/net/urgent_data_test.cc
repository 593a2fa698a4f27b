// What a peer can do with MSG_OOB: a recv stops in front of urgent data and leaves what is behind.
#include <sys/socket.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/task.h"
#include "runtime/when_all.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

void SendUrgent(const Peer& peer) { EXPECT_EQ(send(peer.fd(), "!", 1, MSG_OOB), 1); }

class UrgentData : public NetFixture {
 public:
  using NetFixture::Connect;
  using NetFixture::NextTurn;
  using NetFixture::Read;

  // Reads until it has this many bytes: without end if some stay in the kernel.
  static Task<std::string> ReadMany(TcpStream& stream, size_t size) {
    std::string all;
    while (all.size() < size) all += co_await Read(stream);
    co_return all;
  }
};

TEST_F(UrgentData, HidesNothingBehindIt) {
  // With the loop told of it before the first read, between two, or not at all yet.
  for (const int turns : {0, 1, 2}) {
    Run([this, turns]() -> Task<void> {
      auto [stream, peer] = co_await Connect();
      for (int i = 0; i < turns; ++i) co_await NextTurn();
      peer.Send("abc");
      SendUrgent(peer);
      peer.Send("def");
      for (int i = 0; i < turns; ++i) co_await NextTurn();
      EXPECT_EQ(co_await ReadMany(stream, 6), "abcdef");
      // And again, with the first long read.
      peer.Send("ghi");
      SendUrgent(peer);
      peer.Send("jkl");
      EXPECT_EQ(co_await ReadMany(stream, 6), "ghijkl");
    });
  }
}

TEST_F(UrgentData, HidesNothingFromAReaderThatWaits) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    auto [read, sent] = co_await WhenAll(ReadMany(stream, 9), [](Peer& peer) -> Task<absl::Status> {
      peer.Send("abc");
      SendUrgent(peer);
      peer.Send("def");
      co_await NextTurn();
      SendUrgent(peer);
      co_await NextTurn();
      peer.Send("ghi");
      co_return absl::OkStatus();
    }(peer));
    EXPECT_EQ(read, "abcdefghi");
  });
}

TEST_F(UrgentData, HidesNoEnd) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    co_await NextTurn();
    peer.Send("abc");
    SendUrgent(peer);
    peer.ShutdownWrite();
    EXPECT_EQ(co_await ReadAll(stream), "abc");
  });
}

TEST_F(UrgentData, AloneIsNothingToRead) {
  Run([this]() -> Task<void> {
    auto [stream, peer] = co_await Connect();
    SendUrgent(peer);
    for (int i = 0; i < 3; ++i) co_await NextTurn();
    char buffer[8];
    EXPECT_FALSE(stream.TryRead(absl::MakeSpan(buffer)).has_value());
    peer.Send("abc");
    EXPECT_EQ(co_await Read(stream), "abc");
  });
}

}  // namespace
}  // namespace rondo::net
