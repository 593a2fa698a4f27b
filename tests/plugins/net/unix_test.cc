#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
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
#include "plugins/net/net.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {
namespace {

using absl::StatusCode;

class UnixTest : public NetFixture {
 protected:
  UnixTest() {
    // Short, for a path of a socket is: not the long one that the test is given.
    char folder[] = "/tmp/rondo_unix_XXXXXX";
    folder_ = mkdtemp(folder);
    path_ = folder_ + "/s";
  }
  ~UnixTest() override {
    unlink(path_.c_str());
    EXPECT_EQ(rmdir(folder_.c_str()), 0);
  }

  Task<UnixListener> Listen(std::string path) {
    absl::StatusOr<UnixListener> listener =
        co_await runtime->Submit(ListenUnix{.path = std::move(path)});
    CHECK_OK(listener.status());
    co_return *std::move(listener);
  }
  Task<UnixStream> ConnectTo(std::string path) {
    absl::StatusOr<UnixStream> stream =
        co_await runtime->Submit(ConnectUnix{.path = std::move(path)});
    CHECK_OK(stream.status());
    co_return *std::move(stream);
  }
  UnixStreamPair Pair() {
    absl::StatusOr<UnixStreamPair> pair = UnixStream::Pair(runtime->loop());
    CHECK_OK(pair.status());
    return *std::move(pair);
  }
  static Task<std::string> Get(UnixStream& stream, size_t size) {
    std::string buffer(size, '.');
    absl::Status status = co_await stream.ReadExact(absl::MakeSpan(buffer));
    co_return status.ok() ? buffer : status.ToString();
  }

  std::string folder_;
  std::string path_;
};

TEST_F(UnixTest, ConnectsAndExchanges) {
  Run([this]() -> Task<void> {
    UnixListener listener = co_await Listen(path_);
    EXPECT_EQ(listener.name(), path_);
    UnixStream client = co_await ConnectTo(path_);
    absl::StatusOr<UnixStream> server = co_await listener.Accept();
    EXPECT_TRUE(server.ok()) << server.status();
    EXPECT_TRUE((co_await client.Write("hello")).ok());
    EXPECT_EQ(co_await Get(*server, 5), "hello");
    EXPECT_EQ(client.name(), path_);
    absl::StatusOr<PeerCredentials> peer = server->peer_credentials();
    EXPECT_TRUE(peer.ok()) << peer.status();
    EXPECT_EQ(peer->pid, getpid());
    EXPECT_EQ(peer->uid, geteuid());
    client.Close();
    char byte;
    absl::StatusOr<size_t> end = co_await server->Read(absl::MakeSpan(&byte, 1));
    EXPECT_EQ(end.value(), 0u);
    absl::Status written = co_await server->Write("x");
    EXPECT_EQ(written.message(), absl::StrCat("write ", path_, ": Broken pipe"));
  });
}

TEST_F(UnixTest, ANameWithoutAFile) {
  Run([this]() -> Task<void> {
    const std::string name = absl::StrCat("@rondo_test_", getpid());
    UnixListener listener = co_await Listen(name);
    UnixStream client = co_await ConnectTo(name);
    absl::StatusOr<UnixStream> server = co_await listener.Accept();
    EXPECT_TRUE((co_await client.Write("x")).ok());
    EXPECT_EQ(co_await Get(*server, 1), "x");
    absl::StatusOr<UnixListener> second = co_await runtime->Submit(ListenUnix{.path = name});
    EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(second.status().message(),
              absl::StrCat("listen on ", name, ": Address already in use"));
  });
}

TEST_F(UnixTest, TheFileGoesWithTheListener) {
  Run([this]() -> Task<void> {
    std::optional<UnixListener> listener = co_await Listen(path_);
    EXPECT_EQ(access(path_.c_str(), F_OK), 0);
    listener->Close();
    EXPECT_NE(access(path_.c_str(), F_OK), 0);
    listener = co_await Listen(path_);
    // Somebody else has put another in its place.
    EXPECT_EQ(unlink(path_.c_str()), 0);
    const int other = open(path_.c_str(), O_CREAT | O_CLOEXEC, 0600);
    close(other);
    listener.reset();
    EXPECT_EQ(access(path_.c_str(), F_OK), 0);
  });
}

TEST_F(UnixTest, TakesThePlaceOfAStaleSocketOnlyWhenAsked) {
  Run([this]() -> Task<void> {
    {
      // As a process leaves it that was killed.
      const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un address = {};
      address.sun_family = AF_UNIX;
      path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
      EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
      EXPECT_EQ(listen(fd, 1), 0);
      absl::StatusOr<UnixListener> living =
          co_await runtime->Submit(ListenUnix{.path = path_, .replace_stale = true});
      EXPECT_EQ(living.status().code(), StatusCode::kFailedPrecondition) << "it is in use";
      close(fd);
    }
    absl::StatusOr<UnixListener> listener = co_await runtime->Submit(ListenUnix{.path = path_});
    EXPECT_EQ(listener.status().code(), StatusCode::kFailedPrecondition);
    listener = co_await runtime->Submit(ListenUnix{.path = path_, .replace_stale = true});
    EXPECT_TRUE(listener.ok()) << listener.status();
  });
}

TEST_F(UnixTest, NamesWhatIsWrong) {
  Run([this]() -> Task<void> {
    absl::StatusOr<UnixStream> stream = co_await runtime->Submit(ConnectUnix{.path = path_});
    EXPECT_EQ(stream.status().code(), StatusCode::kNotFound);
    EXPECT_EQ(stream.status().message(),
              absl::StrCat("connect ", path_, ": No such file or directory"));
    for (const std::string& path : {std::string(), std::string(108, 'x'), std::string("a\0b", 3)}) {
      stream = co_await runtime->Submit(ConnectUnix{.path = path});
      EXPECT_EQ(stream.status().code(), StatusCode::kInvalidArgument) << stream.status();
      absl::StatusOr<UnixListener> listener = co_await runtime->Submit(ListenUnix{.path = path});
      EXPECT_EQ(listener.status().code(), StatusCode::kInvalidArgument) << listener.status();
    }
    EXPECT_EQ(stream.status().message(), "connect \"a\\000b\" has a NUL byte");
  });
}

TEST_F(UnixTest, AFullBacklogIsWaitedForAndEndsAtTheDeadline) {
  Run([this]() -> Task<void> {
    absl::StatusOr<UnixListener> listener =
        co_await runtime->Submit(ListenUnix{.path = path_, .backlog = 0});
    EXPECT_TRUE(listener.ok()) << listener.status();
    UnixStream first = co_await ConnectTo(path_);
    absl::StatusOr<UnixStream> late =
        co_await runtime->Submit(ConnectUnix{.path = path_}, {.timeout = absl::Milliseconds(12)});
    EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded) << late.status();
    bool connected = false;
    runtime->Submit(ConnectUnix{.path = path_}, [&](absl::StatusOr<UnixStream> stream) {
      EXPECT_TRUE(stream.ok()) << stream.status();
      connected = true;
    });
    EXPECT_TRUE((co_await listener->Accept()).ok());
    EXPECT_TRUE((co_await listener->Accept()).ok());
    while (!connected) co_await NextTurn();
  });
}

TEST_F(UnixTest, DescriptorsTravel) {
  Run([this]() -> Task<void> {
    auto [a, b] = Pair();
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    const int send[] = {fds[0], fds[0]};
    absl::Status status = co_await a.WriteWithFds("take", send);
    EXPECT_TRUE(status.ok()) << status;
    close(fds[0]);
    char buffer[10];
    std::vector<OwnedFd> received;
    absl::StatusOr<size_t> size = co_await b.ReadWithFds(absl::MakeSpan(buffer), received);
    EXPECT_EQ(size.value(), 4u);
    EXPECT_EQ(received.size(), 2u);
    EXPECT_EQ(fcntl(received[0].get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(write(fds[1], "x", 1), 1);
    close(fds[1]);
    char byte = 0;
    EXPECT_EQ(read(received[1].get(), &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
  });
}

TEST_F(UnixTest, ReadingDescriptorsWaitsForThem) {
  Run([this]() -> Task<void> {
    auto [a, b] = Pair();
    std::vector<OwnedFd> received;
    bool done = false;
    runtime->Spawn([](UnixStream& s, std::vector<OwnedFd>& fds, bool& d) -> Task<void> {
      char buffer[10];
      EXPECT_EQ((co_await s.ReadWithFds(absl::MakeSpan(buffer), fds)).value(), 1u);
      d = true;
    }(b, received, done));
    co_await NextTurn();
    const int self[] = {a.fd()};
    EXPECT_TRUE((co_await a.WriteWithFds("x", self)).ok());
    while (!done) co_await NextTurn();
    EXPECT_EQ(received.size(), 1u);
  });
}

// The fixture finds what is left open.
TEST_F(UnixTest, DescriptorsThatNobodyTakesAreClosed) {
  Run([this]() -> Task<void> {
    auto [a, b] = Pair();
    const int self[] = {a.fd(), a.fd()};
    EXPECT_TRUE((co_await a.WriteWithFds("x", self)).ok());
    EXPECT_EQ(co_await Get(b, 1), "x");
    EXPECT_TRUE((co_await a.WriteWithFds("y", self)).ok());
  });
}

TEST_F(UnixTest, RefusesDescriptorsThatCannotTravel) {
  Run([this]() -> Task<void> {
    auto [a, b] = Pair();
    const int self[] = {a.fd()};
    absl::Status status = co_await a.WriteWithFds("", self);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "write unix socket pair: descriptors without a byte");
    status = co_await a.WriteWithFds("x", std::vector<int>(UnixStream::kMaxFds + 1, a.fd()));
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    // One that is not open spoils neither the stream nor what comes after.
    const int closed = dup(a.fd());
    close(closed);
    status = co_await a.WriteWithFds("x", std::vector<int>{closed});
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(),
              absl::StrCat("write descriptors to ", a.name(), ": Bad file descriptor"));
    EXPECT_TRUE((co_await a.WriteWithFds("x", std::vector<int>(UnixStream::kMaxFds, a.fd()))).ok());
    char buffer[10];
    std::vector<OwnedFd> received;
    EXPECT_EQ((co_await b.ReadWithFds(absl::MakeSpan(buffer), received)).value(), 1u);
    EXPECT_EQ(received.size(), UnixStream::kMaxFds);
  });
}

TEST_F(UnixTest, SaysWhenDescriptorsAreLost) {
  Run([this]() -> Task<void> {
    auto [a, b] = Pair();
    const int self[] = {a.fd()};
    EXPECT_TRUE((co_await a.WriteWithFds("x", self)).ok());
    char buffer[10];
    std::vector<OwnedFd> received;
    std::optional<NoFreeDescriptors> none(std::in_place);
    absl::StatusOr<size_t> size = co_await b.ReadWithFds(absl::MakeSpan(buffer), received);
    none.reset();
    EXPECT_EQ(size.status().code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(size.status().message(),
              "read descriptors from unix socket pair: Too many open files");
    EXPECT_TRUE(received.empty());
  });
}

TEST_F(UnixTest, AdoptsASocketFromElsewhere) {
  Run([this]() -> Task<void> {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    absl::StatusOr<UnixStream> stream = UnixStream::Adopt(runtime->loop(), fds[0]);
    EXPECT_TRUE(stream.ok()) << stream.status();
    EXPECT_NE(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
    EXPECT_TRUE((co_await stream->Write("x")).ok());
    Peer peer(fds[1]);
    EXPECT_EQ(peer.Receive(), "x");
  });
}

TEST_F(UnixTest, E9_ABadDescriptorIsAStatus) {
  EXPECT_EQ(UnixStream::Adopt(runtime->loop(), -1).status().message(),
            "adopt descriptor -1: it is not open");
  EXPECT_EQ(TcpStream::Adopt(runtime->loop(), -1).status().code(), StatusCode::kInvalidArgument);
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  EXPECT_EQ(TcpStream::Adopt(runtime->loop(), fds[0]).status().code(),
            StatusCode::kInvalidArgument);
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(TcpStream::Adopt(runtime->loop(), udp).status().code(), StatusCode::kInvalidArgument);
  const int unconnected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  absl::Status status = TcpStream::Adopt(runtime->loop(), unconnected).status();
  EXPECT_EQ(status.message(),
            absl::StrCat("adopt descriptor ", unconnected, ": it is not connected"));
  // They are still the caller's.
  for (const int fd : {fds[0], fds[1], udp, unconnected}) EXPECT_EQ(close(fd), 0);
}

}  // namespace
}  // namespace rondo::net
