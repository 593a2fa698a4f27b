// What streams on a socket of the kernel can do besides. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_NET_SOCKET_STREAM_H_
#define RONDO_PLUGINS_NET_SOCKET_STREAM_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/net/basic_stream.h"
#include "plugins/net/connection.h"

namespace rondo::net::internal {

class SocketStream : public BasicStream<Connection, ConnectionPtr> {
 public:
  using BasicStream::BasicStream;

  // What the kernel keeps for the socket, in bytes; it doubles what it is given for its own needs,
  // and has limits. Errors: INVALID_ARGUMENT (not positive).
  absl::Status SetReceiveBuffer(int bytes);
  absl::Status SetSendBuffer(int bytes);
  absl::StatusOr<int> receive_buffer() const;
  absl::StatusOr<int> send_buffer() const;

  // -1 when it is closed.
  int fd() const { return channel_->fd(); }

 protected:
  absl::Status Set(int level, int option, int value, absl::string_view operation);
  absl::StatusOr<int> Get(int level, int option, absl::string_view operation) const;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_SOCKET_STREAM_H_
