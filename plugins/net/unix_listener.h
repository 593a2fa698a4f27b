// Where connections through a Unix socket come in.
#ifndef RONDO_PLUGINS_NET_UNIX_LISTENER_H_
#define RONDO_PLUGINS_NET_UNIX_LISTENER_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "plugins/net/acceptor.h"
#include "plugins/net/unix_path.h"
#include "plugins/net/unix_stream.h"

namespace rondo::net {

// A listening Unix socket, from net::ListenUnix. As TcpListener, but that it also owns the file of
// the socket: closing it removes the file, unless somebody else has put another in its place.
class UnixListener {
 public:
  static constexpr absl::string_view kResource = "net.unix_listener";

  // For the plugin.
  UnixListener(internal::AcceptorPtr acceptor, internal::SocketFile file)
      : acceptor_(std::move(acceptor)), file_(std::move(file)) {}

  // Awaited, yields the next connection as an absl::StatusOr<UnixStream>: see TcpListener::Accept.
  [[nodiscard]] internal::AcceptOperation<UnixStream> Accept() {
    return internal::AcceptOperation<UnixStream>(*acceptor_);
  }

  std::string name() const { return acceptor_->Subject(); }

  void Close() {
    file_.Remove();
    acceptor_->Close();
  }
  bool closed() const { return acceptor_->closed(); }

 private:
  internal::AcceptorPtr acceptor_;
  internal::SocketFile file_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UNIX_LISTENER_H_
