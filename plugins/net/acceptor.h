// The socket of a listener. Internal, but for being in other headers.
#ifndef RONDO_PLUGINS_NET_ACCEPTOR_H_
#define RONDO_PLUGINS_NET_ACCEPTOR_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/connection.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "runtime/loop.h"
#include "runtime/timer.h"

namespace rondo::net::internal {

class Acceptor;
using AcceptorPtr = std::unique_ptr<Acceptor, Socket::Releaser>;

// Takes connections out of the backlog. See Socket for threads and ownership.
class Acceptor final : public Socket {
 public:
  // Errors: those of Socket::Open.
  // REQUIRES: fd listens.
  static absl::StatusOr<AcceptorPtr> Open(Loop& loop, OwnedFd fd, const Address& address);
  // Of a Unix socket of this name.
  static absl::StatusOr<AcceptorPtr> OpenUnix(Loop& loop, OwnedFd fd, std::string name);

  // Nothing: the waiter will be called when it is worth trying.
  std::optional<absl::StatusOr<ConnectionPtr>> Accept();

  // Also what was accepted already and waits.
  void Close();

  std::string Subject() const override;
  std::string Describe() const override;

 private:
  Acceptor(Loop& loop, const Address& address, std::string unix_name);

  static absl::StatusOr<AcceptorPtr> Open(AcceptorPtr acceptor, OwnedFd fd);
  bool is_unix() const { return !unix_name_.empty(); }
  // The next connection that has come, in accepted_, or errno is set.
  bool Take();
  absl::StatusOr<ConnectionPtr> Register();
  void RetryLater(const absl::Status& why);

  struct Accepted {
    OwnedFd fd;
    Address peer;
  };
  const std::string unix_name_;
  // It could not be registered with epoll, and there is no way back to the backlog.
  std::optional<Accepted> accepted_;
  absl::Duration delay_;
  Timer retry_;
};

// Awaits the next connection, as a Stream made of it.
template <typename Stream>
class AcceptOperation final : public SocketOperation {
 public:
  explicit AcceptOperation(Acceptor& acceptor)
      : SocketOperation(acceptor, Direction::kRead), acceptor_(acceptor) {}

  absl::StatusOr<Stream> await_resume() {
    if (!connection_.ok()) return std::move(connection_).status();
    return Stream(*std::move(connection_));
  }

 private:
  bool Try() override {
    std::optional<absl::StatusOr<ConnectionPtr>> accepted = acceptor_.Accept();
    if (!accepted.has_value()) return false;
    connection_ = *std::move(accepted);
    return true;
  }
  void Fail(absl::Status status) override { connection_ = std::move(status); }
  absl::string_view name() const override { return "accept on"; }

  Acceptor& acceptor_;
  absl::StatusOr<ConnectionPtr> connection_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_ACCEPTOR_H_
