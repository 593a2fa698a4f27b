// What all streams can do. Internal, but for being in other headers: see TcpStream and Stream.
#ifndef RONDO_PLUGINS_NET_BASIC_STREAM_H_
#define RONDO_PLUGINS_NET_BASIC_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/stream_operations.h"

namespace rondo::net::internal {

// Bytes in order, both ways. For coroutines there are Read, ReadExact, Write and WriteParts; for
// callbacks TryRead, TryWrite, OnReadable and OnWritable. All of them try first and wait only when
// the kernel says so.
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
template <typename Channel, typename Owner = std::unique_ptr<Channel>>
class BasicStream {
 public:
  // For the plugin.
  explicit BasicStream(Owner channel) : channel_(std::move(channel)) {}

  // Awaited, yields how many bytes it has read, as an absl::StatusOr<size_t>: what there is, at
  // least one and at most buffer.size(); 0 at the end, that is, when the peer has shut down its
  // direction and all data before that was read.
  // Errors: OUT_OF_RANGE after the end was reported.
  // REQUIRES: the buffer is not empty, and stays until the coroutine is resumed.
  [[nodiscard]] ReadOperation<Channel> Read(absl::Span<char> buffer) {
    return ReadOperation<Channel>(*channel_, buffer);
  }

  // Awaited, yields an absl::Status when the buffer is full.
  // Errors: OUT_OF_RANGE when the end comes before, and says how many bytes were missing.
  // REQUIRES: the buffer stays until the coroutine is resumed.
  [[nodiscard]] ReadExactOperation<Channel> ReadExact(absl::Span<char> buffer) {
    return ReadExactOperation<Channel>(*channel_, buffer);
  }

  // Awaited, yields an absl::Status when the kernel has taken all of `data`, which does not mean
  // that the peer has it. After an error or a cancellation any part of it may have been sent.
  // Errors: FAILED_PRECONDITION when the peer has closed the connection (EPIPE).
  // REQUIRES: the data stay until the coroutine is resumed.
  [[nodiscard]] WriteOperation<Channel> Write(absl::string_view data) {
    return WriteOperation<Channel>(*channel_, data);
  }
  // As Write, of several pieces in their order, without copying them together.
  [[nodiscard]] WritePartsOperation<Channel> WriteParts(absl::Span<const absl::string_view> parts) {
    return WritePartsOperation<Channel>(*channel_, parts);
  }

  // As Read, but nothing instead of waiting.
  //
  // Inlined, as is TryWrite, so that the caller's compiler sees that a number has no status.
  ABSL_ATTRIBUTE_ALWAYS_INLINE
  std::optional<absl::StatusOr<size_t>> TryRead(absl::Span<char> buffer) {
    DCHECK(!buffer.empty());
    const int64_t received = channel_->Receive(buffer.data(), buffer.size());
    if (ABSL_PREDICT_TRUE(received >= 0)) return static_cast<size_t>(received);
    if (received == kBlocked) return std::nullopt;
    return ReadFailure();
  }
  // Sends what the kernel takes now, and returns how much of `data` that was.
  ABSL_ATTRIBUTE_ALWAYS_INLINE absl::StatusOr<size_t> TryWrite(absl::string_view data) {
    if (data.empty()) return 0;
    const int64_t sent = channel_->Send(data.data(), data.size());
    if (ABSL_PREDICT_TRUE(sent >= 0)) return static_cast<size_t>(sent);
    if (sent == kBlocked) return 0;
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
    channel_->SetCallback(Direction::kRead, std::move(callback));
  }
  template <typename F>
  void OnWritable(F callback) {
    channel_->SetCallback(Direction::kWrite, std::move(callback));
  }

  // Tells the peer that nothing more will be sent. Reading goes on.
  absl::Status ShutdownWrite() { return channel_->ShutdownWrite(); }
  // Closes both directions. What was written is still delivered.
  void Close() { channel_->Close(); }
  // Closes the connection with a reset: what the peer has not read yet may be lost.
  void Reset() { channel_->Reset(); }
  bool closed() const { return channel_->closed(); }

  // For the plugin: what it consists of.
  Channel& channel() { return *channel_; }
  // Only destroying it is allowed afterwards.
  Owner TakeChannel() && { return std::move(channel_); }

 protected:
  Owner channel_;

 private:
  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<size_t> ReadFailure() const {
    return channel_->receive_status();
  }
  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<size_t> WriteFailure() const {
    return channel_->send_status();
  }
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_BASIC_STREAM_H_
