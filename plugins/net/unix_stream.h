// A connection through a Unix socket.
#ifndef RONDO_PLUGINS_NET_UNIX_STREAM_H_
#define RONDO_PLUGINS_NET_UNIX_STREAM_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/connection.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket_stream.h"
#include "runtime/loop.h"

namespace rondo::net {

// A descriptor that closes itself.
using OwnedFd = internal::OwnedFd;

// Who connected, as the kernel knows it, at the time of the connection.
struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

namespace internal {

class ReadWithFdsOperation final : public SocketOperation {
 public:
  ReadWithFdsOperation(Connection& connection, absl::Span<char> buffer, std::vector<OwnedFd>& fds)
      : SocketOperation(connection, Direction::kRead),
        connection_(connection),
        buffer_(buffer),
        fds_(fds) {}

  absl::StatusOr<size_t> await_resume() { return std::move(size_); }

 private:
  bool Try() override;
  void Fail(absl::Status status) override { size_ = std::move(status); }
  absl::string_view name() const override { return "read"; }

  Connection& connection_;
  const absl::Span<char> buffer_;
  std::vector<OwnedFd>& fds_;
  absl::StatusOr<size_t> size_;
};

class WriteWithFdsOperation final : public SocketOperation {
 public:
  WriteWithFdsOperation(Connection& connection, absl::string_view data, absl::Span<const int> fds)
      : SocketOperation(connection, Direction::kWrite),
        connection_(connection),
        left_(data),
        fds_(fds) {}

  absl::Status await_resume() { return std::move(status_); }

 private:
  bool Try() override;
  int64_t SendFirst(int& refused);
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "write"; }

  Connection& connection_;
  absl::string_view left_;
  absl::Span<const int> fds_;  // Empty once they were sent.
  absl::Status status_;
};

}  // namespace internal

struct UnixStreamPair;

// A connected Unix stream, from net::ConnectUnix or UnixListener::Accept. What it can do, and its
// threads, ownership and errors, are those of every stream: see BasicStream.
class UnixStream : public internal::SocketStream {
 public:
  static constexpr absl::string_view kResource = "net.unix_stream";

  // What one call sends and receives at most.
  static constexpr size_t kMaxFds = 253;

  using SocketStream::SocketStream;

  // Makes two that are connected to each other.
  // Errors: RESOURCE_EXHAUSTED (no descriptors, no memory).
  static absl::StatusOr<UnixStreamPair> Pair(Loop& loop);
  // Makes a stream of a connected Unix socket that comes from elsewhere, and takes it over, but for
  // an error.
  // Errors: INVALID_ARGUMENT (no open descriptor, no Unix socket, not connected).
  static absl::StatusOr<UnixStream> Adopt(Loop& loop, int fd);

  // As Write, and the peer gets duplicates of the descriptors, with the first of the bytes.
  // Errors: INVALID_ARGUMENT (no data, more than kMaxFds, a descriptor that is not open),
  // RESOURCE_EXHAUSTED (too many that nobody has received yet); nothing was sent then, and the
  // stream is as it was.
  // REQUIRES: data and fds stay until the coroutine is resumed.
  [[nodiscard]] internal::WriteWithFdsOperation WriteWithFds(absl::string_view data,
                                                             absl::Span<const int> fds) {
    return internal::WriteWithFdsOperation(*channel_, data, fds);
  }
  // As Read, and appends to `fds` the descriptors that came with these bytes; a plain Read drops
  // and closes them.
  // Errors: RESOURCE_EXHAUSTED (this process may not have so many; the bytes are lost with them).
  [[nodiscard]] internal::ReadWithFdsOperation ReadWithFds(absl::Span<char> buffer,
                                                           std::vector<OwnedFd>& fds) {
    return internal::ReadWithFdsOperation(*channel_, buffer, fds);
  }

  absl::StatusOr<PeerCredentials> peer_credentials() const;
  // The path of the socket; that of the listener when it was accepted there.
  std::string name() const { return channel_->Subject(); }
};

struct UnixStreamPair {
  UnixStream a;
  UnixStream b;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UNIX_STREAM_H_
