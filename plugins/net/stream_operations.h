// What a coroutine awaits of a stream. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_NET_STREAM_OPERATIONS_H_
#define RONDO_PLUGINS_NET_STREAM_OPERATIONS_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/socket.h"

namespace rondo::net::internal {

// What Receive and Send of a channel return besides a number of bytes.
inline constexpr int64_t kBlocked = -1;  // The waiter will be called when it is worth trying.
inline constexpr int64_t kFailed = -2;   // See receive_status(), send_status().

// A channel is what a stream consists of: a Connection, TLS on one. Its type is known, so that
// nothing of this is a virtual call, but for one that stands for any.
//
//   int64_t Receive(char* data, size_t size);     // At most `size` bytes; 0 at the end, once.
//   int64_t Send(const char* data, size_t size);  // How much of it was taken.
//   int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset);
//   int64_t Flush();                              // 0: the kernel has all that was taken.
//   absl::Status receive_status(), send_status();
//   Socket& WaitFor(Direction);                  // Where to wait for Receive or Send.
//   Loop& loop() const;

template <typename Channel>
class ReadOperation final : public SocketOperation {
 public:
  ReadOperation(Channel& channel, absl::Span<char> buffer)
      : SocketOperation(channel.WaitFor(Direction::kRead), Direction::kRead),
        channel_(channel),
        buffer_(buffer) {}

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool await_ready() { return IsBusy() || TryInline(); }
  absl::StatusOr<size_t> await_resume() {
    if (!failure_.ok()) return std::move(failure_);
    return static_cast<size_t>(received_);
  }

 private:
  // Inlined where it is called: a message is one of these and one of WriteOperation's.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool TryInline() {
    DCHECK(!buffer_.empty());
    received_ = channel_.Receive(buffer_.data(), buffer_.size());
    if (ABSL_PREDICT_TRUE(received_ >= 0)) return true;
    return received_ != kBlocked && Fails();
  }
  ABSL_ATTRIBUTE_NOINLINE bool Fails() {
    failure_ = channel_.receive_status();
    return true;
  }
  bool Try() override { return TryInline(); }
  void OnReady(Socket& socket) override {
    if (cancelled() || TryInline()) Resume(socket);
  }
  void Fail(absl::Status status) override { failure_ = std::move(status); }
  absl::string_view name() const override { return "read"; }

  Channel& channel_;
  const absl::Span<char> buffer_;
  int64_t received_;
  absl::Status failure_;
};

// The error of a read that wanted `missing` more bytes than there were.
absl::Status EndedEarly(const Socket& socket, size_t missing);

// Reads until the buffer is full.
template <typename Channel>
class ReadExactOperation final : public SocketOperation {
 public:
  ReadExactOperation(Channel& channel, absl::Span<char> buffer)
      : SocketOperation(channel.WaitFor(Direction::kRead), Direction::kRead),
        channel_(channel),
        left_(buffer) {}

  absl::Status await_resume() { return std::move(status_); }

 private:
  bool Try() override {
    while (!left_.empty()) {
      const int64_t received = channel_.Receive(left_.data(), left_.size());
      if (received == kBlocked) return false;
      if (received <= 0) {
        status_ = received == 0 ? EndedEarly(channel_.WaitFor(Direction::kRead), left_.size())
                                : channel_.receive_status();
        return true;
      }
      left_.remove_prefix(static_cast<size_t>(received));
    }
    return true;
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "read"; }

  Channel& channel_;
  absl::Span<char> left_;
  absl::Status status_;
};

template <typename Channel>
class WriteOperation final : public SocketOperation {
 public:
  WriteOperation(Channel& channel, absl::string_view data)
      : SocketOperation(channel.WaitFor(Direction::kWrite), Direction::kWrite),
        channel_(channel),
        left_(data) {}

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool await_ready() { return IsBusy() || TryInline(); }
  absl::Status await_resume() { return std::move(status_); }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool TryInline() {
    while (!left_.empty()) {
      const int64_t sent = channel_.Send(left_.data(), left_.size());
      if (ABSL_PREDICT_FALSE(sent < 0)) return sent != kBlocked && Fails();
      left_.remove_prefix(static_cast<size_t>(sent));
    }
    const int64_t flushed = channel_.Flush();
    if (ABSL_PREDICT_FALSE(flushed < 0)) return flushed != kBlocked && Fails();
    return true;
  }
  // True.
  ABSL_ATTRIBUTE_NOINLINE bool Fails() {
    status_ = channel_.send_status();
    return true;
  }
  bool Try() override { return TryInline(); }
  void OnReady(Socket& socket) override {
    if (cancelled() || TryInline()) Resume(socket);
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "write"; }

  Channel& channel_;
  absl::string_view left_;
  absl::Status status_;
};

// Several pieces, with as few calls as the kernel allows.
template <typename Channel>
class WritePartsOperation final : public SocketOperation {
 public:
  WritePartsOperation(Channel& channel, absl::Span<const absl::string_view> parts)
      : SocketOperation(channel.WaitFor(Direction::kWrite), Direction::kWrite),
        channel_(channel),
        parts_(parts) {}

  absl::Status await_resume() { return std::move(status_); }

 private:
  bool Try() override {
    for (Skip(0); !parts_.empty();) {
      const int64_t sent = channel_.SendParts(parts_, offset_);
      if (sent == kBlocked) return false;
      if (sent == kFailed) {
        status_ = channel_.send_status();
        return true;
      }
      Skip(static_cast<size_t>(sent));
    }
    const int64_t flushed = channel_.Flush();
    if (flushed == kFailed) status_ = channel_.send_status();
    return flushed != kBlocked;
  }
  // Leaves out what was sent, and what is empty.
  void Skip(size_t sent) {
    offset_ += sent;
    while (!parts_.empty() && offset_ >= parts_.front().size()) {
      offset_ -= parts_.front().size();
      parts_.remove_prefix(1);
    }
  }
  void Fail(absl::Status status) override { status_ = std::move(status); }
  absl::string_view name() const override { return "write"; }

  Channel& channel_;
  absl::Span<const absl::string_view> parts_;
  size_t offset_ = 0;  // Into the first of them.
  absl::Status status_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_STREAM_OPERATIONS_H_
