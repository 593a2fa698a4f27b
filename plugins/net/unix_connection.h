// The socket of a Unix stream. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_NET_UNIX_CONNECTION_H_
#define RONDO_PLUGINS_NET_UNIX_CONNECTION_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "plugins/net/address.h"
#include "plugins/net/connection.h"
#include "plugins/net/owned_fd.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

// A connection that is known by the path of the socket that it goes to, or came in at.
class UnixConnection final : public Connection {
 public:
  // As Connection::Open.
  static absl::StatusOr<ConnectionPtr> Open(Loop& loop, OwnedFd& fd, std::string name) {
    return Connection::Open(ConnectionPtr(new UnixConnection(loop, std::move(name))), fd);
  }

  std::string Subject() const override { return name_; }
  std::string Describe() const override { return "unix " + name_; }

 private:
  UnixConnection(Loop& loop, std::string name)
      : Connection(loop, Address(), kConnected), name_(std::move(name)) {}

  const std::string name_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UNIX_CONNECTION_H_
