// The socket of a stream. Internal, but for being in tcp_stream.h.
#ifndef RONDO_PLUGINS_NET_CONNECTION_H_
#define RONDO_PLUGINS_NET_CONNECTION_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "plugins/net/stream_operations.h"
#include "plugins/net/system_calls.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

class Connection;
using ConnectionPtr = std::unique_ptr<Connection, Socket::Releaser>;

// Sends and receives without blocking. See Socket for threads and ownership.
class Connection : public Socket {
 public:
  enum State : uint8_t { kConnecting, kConnected };

  // Takes `fd` over, but for an error.
  // Errors: those of Socket::Open.
  static absl::StatusOr<ConnectionPtr> Open(Loop& loop, OwnedFd& fd, const Address& peer,
                                            State state);

  // As a channel of stream_operations.h.
  Socket& WaitFor(Direction) { return *this; }
  static constexpr int64_t Flush() { return 0; }

  // Receives what there is, at most `size` bytes, which is not 0. Returns 0 at the end, once.
  ABSL_ATTRIBUTE_ALWAYS_INLINE int64_t Receive(char* data, size_t size) {
    // What makes it fail is looked for only when there is nothing to receive, or the kernel says so
    // too: a busy stream pays for one test, and one more to find out that nothing is left.
    if (!readable()) return closed() || end_reported_ ? kFailed : kBlocked;
    if (!Admit()) return kBlocked;
    const int64_t received = SystemRecv(fd(), data, size);
    if (ABSL_PREDICT_FALSE(received <= 0)) return ReceivedNothing(data, size, received);
    if (static_cast<size_t>(received) < size) ReceivedAll();
    return received;
  }
  // Sends what the kernel takes now. A part is followed by kBlocked.
  ABSL_ATTRIBUTE_ALWAYS_INLINE int64_t Send(const char* data, size_t size) {
    if (!writable()) return closed() || shut_down_ || send_error_ != 0 ? kFailed : kBlocked;
    if (!Admit()) return kBlocked;
    const int64_t sent = SystemSend(fd(), data, size);
    if (ABSL_PREDICT_FALSE(sent < 0)) return SentNothing(data, size, sent);
    if (static_cast<size_t>(sent) < size) SentAPart();
    return sent;
  }

  // As Send, of the first of `parts` from `offset` on, and of those that follow it.
  int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset);
  // As Receive and Send, with whatever `message` has besides `size` bytes.
  int64_t ReceiveMessage(msghdr& message, size_t size);
  // `refused`: the errno of a message that the kernel refuses for what it has besides the bytes;
  // the stream is as it was.
  int64_t SendMessage(const msghdr& message, size_t size, int* refused = nullptr);

  // Why the last one failed.
  absl::Status receive_status() const;
  absl::Status send_status() const;

  // Whether epoll has called a connecting one writable, which it is with an error as well.
  bool connect_done() const { return writable(); }

  // Ends this side's direction; a Send that waits fails.
  absl::Status ShutdownWrite();

  // Closes it so that the peer gets a reset.
  void Reset();

  std::string Describe() const override;

 protected:
  Connection(Loop& loop, const Address& peer, State state);

  // As the public Open, for a derived class.
  static absl::StatusOr<ConnectionPtr> Open(ConnectionPtr connection, OwnedFd& fd);

 private:
  // Less than there was room for: nothing is left, and epoll will tell of more. Once it has told
  // of the end it will not tell again, so the end is read without being asked to. And a recv stops
  // in front of urgent data too, whatever is behind them: only EAGAIN says that nothing is left.
  void ReceivedAll() {
    if (!ready_.Has(kReadEnds | Readiness::kUrgent)) ready_ = ready_.Without(Readiness::kReadable);
  }
  // The buffer is full, and epoll will tell when it is not.
  void SentAPart() {
    if (!ready_.Has(kWriteEnds)) ready_ = ready_.Without(Readiness::kWritable);
  }
  // What to return when a system call has returned `result`, 0 at the end and otherwise an error.
  int64_t ReceivedNothing(char* data, size_t size, int64_t result);
  int64_t SentNothing(const char* data, size_t size, int64_t result);
  // Whether a call that failed so is worth trying again later, when the waiters will be called.
  bool WaitsFor(int error);
  void Broke(int error);
  // Sending is over: lets who waits find out by trying.
  void EndWrites();
  absl::Status FailedPrecondition(absl::string_view operation, absl::string_view why) const;

  bool end_reported_ : 1 = false;  // Or an error in its place.
  bool shut_down_ : 1 = false;
  // What errno was, or 0. A reset ends both directions; a broken pipe only the one. In a byte,
  // which the largest errno of Linux fits in.
  uint8_t receive_error_ = 0;
  uint8_t send_error_ = 0;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECTION_H_
