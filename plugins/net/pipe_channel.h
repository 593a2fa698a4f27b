// The descriptor of a pipe or a terminal. Internal, but for being in pipe_stream.h.
#ifndef RONDO_PLUGINS_NET_PIPE_CHANNEL_H_
#define RONDO_PLUGINS_NET_PIPE_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "plugins/net/stream_operations.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

class PipeChannel;
struct PipeReleaser {
  void operator()(PipeChannel* channel) const;
};
using PipeChannelPtr = std::unique_ptr<PipeChannel, PipeReleaser>;

// Reads and writes without blocking, as a channel of stream_operations.h; unlike a socket, a pipe
// has only one direction, and would raise SIGPIPE. See Socket for threads and ownership.
class PipeChannel final : public Socket {
 public:
  // Takes `fd` over, but for an error. `restore_flags`: -1, or what its status flags are to be
  // again when it is closed. Errors: those of Socket::Open.
  static absl::StatusOr<PipeChannelPtr> Open(Loop& loop, OwnedFd& fd, std::string name,
                                             int restore_flags);

  int64_t Receive(char* data, size_t size);
  int64_t Send(const char* data, size_t size);
  int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset);
  static constexpr int64_t Flush() { return 0; }
  absl::Status receive_status() const;
  absl::Status send_status() const;
  Socket& WaitFor(Direction) { return *this; }

  // Each closes the descriptor: there is only one direction.
  absl::Status ShutdownWrite();
  void Close();
  void Reset() { Close(); }

  std::string Subject() const override { return name_; }
  std::string Describe() const override { return name_; }

 private:
  PipeChannel(Loop& loop, std::string name, int restore_flags)
      : Socket(loop, Address()), name_(std::move(name)), restore_flags_(restore_flags) {}
  ~PipeChannel() override = default;

  absl::Status StatusOf(absl::string_view operation, int error) const;

  const std::string name_;
  const int restore_flags_;
  bool end_reported_ = false;
  int receive_error_ = 0;  // As errno says; 0: none.
  int send_error_ = 0;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_PIPE_CHANNEL_H_
