// The socket of a stream. Internal, but for being in tcp_stream.h.
#ifndef RONDO_PLUGINS_NET_CONNECTION_H_
#define RONDO_PLUGINS_NET_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

class Connection;
using ConnectionPtr = std::unique_ptr<Connection, Socket::Releaser>;

// Sends and receives without blocking. See Socket for threads and ownership.
class Connection final : public Socket {
 public:
  enum State : uint8_t { kConnecting, kConnected };

  // Takes `fd` over, but for an error.
  // Errors: those of Socket::Open.
  static absl::StatusOr<ConnectionPtr> Open(Loop& loop, OwnedFd& fd, const Address& peer,
                                            State state);

  // What Receive and Send return besides a number of bytes.
  static constexpr int64_t kBlocked = -1;  // The waiter will be called when it is worth trying.
  static constexpr int64_t kFailed = -2;   // See receive_status(), send_status().

  // Receives what there is, at most `size` bytes, which is not 0. Returns 0 at the end, once.
  int64_t Receive(char* data, size_t size);
  // Sends what the kernel takes now. A part is followed by kBlocked.
  int64_t Send(const char* data, size_t size);

  // Why the last one failed.
  absl::Status receive_status() const;
  absl::Status send_status() const;

  // Whether epoll has called a connecting one writable, which it is with an error as well.
  bool connect_done() const { return writable_; }

  // Ends this side's direction; a Send that waits fails.
  absl::Status ShutdownWrite();

  std::string Describe() const override;

 private:
  Connection(Loop& loop, const Address& peer, State state);

  // What to return when a system call gave no byte; 0: at the end.
  int64_t ReceivedNothing(int error);
  int64_t SentNothing(int error);
  // Whether a call that failed so is worth trying again later, when the waiters will be called.
  bool WaitsFor(int error);
  void Broke(int error);
  // Lets who waits find out by trying.
  void EndWaits();
  absl::Status FailedPrecondition(absl::string_view operation, absl::string_view why) const;

  bool end_reported_ : 1 = false;
  bool shut_down_ : 1 = false;
  // What errno was, or 0. A reset ends both directions; a broken pipe only the one. In a byte,
  // which the largest errno of Linux fits in.
  uint8_t receive_error_ = 0;
  uint8_t send_error_ = 0;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECTION_H_
