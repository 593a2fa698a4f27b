// A TCP connection.
#ifndef RONDO_PLUGINS_NET_TCP_STREAM_H_
#define RONDO_PLUGINS_NET_TCP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/connection.h"
#include "plugins/net/socket.h"

namespace rondo::net {
namespace internal {

class ReadOperation final : public SocketOperation {
 public:
  ReadOperation(Connection& connection, absl::Span<char> buffer)
      : SocketOperation(connection, Direction::kRead), connection_(connection), buffer_(buffer) {}

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool await_ready() { return IsBusy() || TryInline(); }
  absl::StatusOr<size_t> await_resume() {
    if (!failure_.ok()) return std::move(failure_);
    return static_cast<size_t>(received_);
  }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool TryInline() {
    DCHECK(!buffer_.empty());
    received_ = connection_.Receive(buffer_.data(), buffer_.size());
    if (ABSL_PREDICT_TRUE(received_ >= 0)) return true;
    return received_ != Connection::kBlocked && Fails();
  }
  bool Fails();  // True.
  bool Try() override { return TryInline(); }
  void OnReady(Socket& socket) override {
    if (IsOver(socket) || TryInline()) Resume(socket);
  }
  void Fail(absl::Status status) override { failure_ = std::move(status); }
  absl::string_view name() const override { return "read"; }

  Connection& connection_;
  const absl::Span<char> buffer_;
  int64_t received_;
  absl::Status failure_;
};

class WriteOperation final : public SocketOperation {
 public:
  WriteOperation(Connection& connection, absl::string_view data)
      : SocketOperation(connection, Direction::kWrite), connection_(connection), left_(data) {}

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool await_ready() { return IsBusy() || TryInline(); }
  absl::Status await_resume() { return std::move(status_); }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool TryInline() {
    while (!left_.empty()) {
      const int64_t sent = connection_.Send(left_.data(), left_.size());
      if (ABSL_PREDICT_FALSE(sent < 0)) return sent != Connection::kBlocked && Fails();
      left_.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  bool Fails();  // True.
  bool Try() override { return TryInline(); }
  void OnReady(Socket& socket) override {
    if (IsOver(socket) || TryInline()) Resume(socket);
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "write"; }

  Connection& connection_;
  absl::string_view left_;
  absl::Status status_;
};

}  // namespace internal

// A connected TCP stream, from net::Connect or TcpListener::Accept. For coroutines there are
// Read and Write; for callbacks TryRead, TryWrite, OnReadable and OnWritable. All of them make
// the system call first and wait only when the kernel says so; an idle stream owns no buffer.
//
// One coroutine or callback reads at a time, and one writes; another gets FAILED_PRECONDITION.
// What can be done at once is done even in a cancelled scope; what would wait ends with the
// scope's status. A stream that always is ready gets a bounded share of a turn of the loop: then
// even a call that need not wait goes on in the next turn.
//
// Loop thread only. Movable, also while it is read and written. Owns the connection: destroying
// it closes it, and who waits in another coroutine gets CANCELLED. The loop outlives it; open, it
// keeps the loop alive.
//
// Errors of every call: FAILED_PRECONDITION when the stream is closed, and what errno says, such
// as UNAVAILABLE for a reset, which ends both directions: `read 127.0.0.1:80: Connection reset by
// peer`.
//
//   char buffer[4096];
//   for (;;) {
//     absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
//     if (!size.ok() || *size == 0) break;
//     absl::Status written = co_await stream.Write(absl::string_view(buffer, *size));
//     if (!written.ok()) break;
//   }
class TcpStream {
 public:
  // For the plugin.
  explicit TcpStream(internal::ConnectionPtr connection) : connection_(std::move(connection)) {}

  // Awaited, yields how many bytes it has read, as an absl::StatusOr<size_t>: what there is, at
  // least one and at most buffer.size(); 0 at the end, that is, when the peer has shut down its
  // direction and all data before that was read. A byte that the peer sent as urgent is left out.
  // Errors: OUT_OF_RANGE after the end was reported.
  // REQUIRES: the buffer is not empty, and stays until the coroutine is resumed.
  [[nodiscard]] internal::ReadOperation Read(absl::Span<char> buffer) {
    return internal::ReadOperation(*connection_, buffer);
  }

  // Awaited, yields an absl::Status when the kernel has taken all of `data`, which does not mean
  // that the peer has it. After an error or a cancellation any part of it may have been sent.
  // Errors: FAILED_PRECONDITION when the peer has closed the connection (EPIPE).
  // REQUIRES: the data stay until the coroutine is resumed.
  [[nodiscard]] internal::WriteOperation Write(absl::string_view data) {
    return internal::WriteOperation(*connection_, data);
  }

  // As Read, but nothing instead of waiting.
  //
  // Inlined, as is TryWrite, so that the caller's compiler sees that a number has no status.
  ABSL_ATTRIBUTE_ALWAYS_INLINE
  std::optional<absl::StatusOr<size_t>> TryRead(absl::Span<char> buffer) {
    DCHECK(!buffer.empty());
    const int64_t received = connection_->Receive(buffer.data(), buffer.size());
    if (ABSL_PREDICT_TRUE(received >= 0)) return static_cast<size_t>(received);
    if (received == internal::Connection::kBlocked) return std::nullopt;
    return ReadFailure();
  }
  // Sends what the kernel takes now, and returns how much of `data` that was.
  ABSL_ATTRIBUTE_ALWAYS_INLINE absl::StatusOr<size_t> TryWrite(absl::string_view data) {
    if (data.empty()) return 0;
    const int64_t sent = connection_->Send(data.data(), data.size());
    if (ABSL_PREDICT_TRUE(sent >= 0)) return static_cast<size_t>(sent);
    if (sent == internal::Connection::kBlocked) return 0;
    return WriteFailure();
  }

  // Calls `callback` on the loop, soon, and then whenever TryRead (TryWrite) has returned nothing
  // (less than all) and may do better now; now and then for nothing. It may close or destroy the
  // stream. For the life of the stream: one that cares no more just makes no call.
  // REQUIRES: it was not set before, and no coroutine waits for the same.
  //
  //   stream.OnReadable([&stream, &buffer] {
  //     while (std::optional<absl::StatusOr<size_t>> size = stream.TryRead(buffer)) { ... }
  //   });
  template <typename F>
  void OnReadable(F callback) {
    connection_->SetCallback(internal::Direction::kRead, std::move(callback));
  }
  template <typename F>
  void OnWritable(F callback) {
    connection_->SetCallback(internal::Direction::kWrite, std::move(callback));
  }

  // Tells the peer that nothing more will be sent. Reading goes on.
  absl::Status ShutdownWrite();
  // Closes both directions. What was written is still delivered.
  void Close() { connection_->Close(); }
  // Closes the connection with a reset: what the peer has not read yet may be lost.
  void Reset();
  bool closed() const { return connection_->closed(); }

  // Whether small writes are sent at once instead of waiting for company; they are by default.
  absl::Status SetNoDelay(bool no_delay);

  const Address& peer_address() const { return connection_->address(); }
  absl::StatusOr<Address> local_address() const;

 private:
  absl::StatusOr<size_t> ReadFailure() const;
  absl::StatusOr<size_t> WriteFailure() const;

  internal::ConnectionPtr connection_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TCP_STREAM_H_
