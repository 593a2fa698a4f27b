// The bodies of the kinds of tls.h. Internal.
#ifndef RONDO_PLUGINS_NET_TLS_HANDSHAKE_H_
#define RONDO_PLUGINS_NET_TLS_HANDSHAKE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "plugins/net/connection.h"
#include "plugins/net/tls.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::net::internal {

// Does the handshakes of one plugin.
class TlsHandshakes {
 public:
  Task<absl::StatusOr<TlsStream>> Server(StartTlsServer request);
  Task<absl::StatusOr<TlsStream>> Client(StartTlsClient request);
  Task<absl::StatusOr<TlsStream>> Connect(Runtime& runtime, ConnectTls request);

 private:
  Task<absl::StatusOr<TlsStream>> ClientOn(ConnectionPtr connection, std::string server_name,
                                           std::shared_ptr<TlsClientContext> context,
                                           std::string session_key);
  // `context`, or that of a client with no options.
  absl::StatusOr<std::shared_ptr<TlsClientContext>> OrDefault(
      std::shared_ptr<TlsClientContext> context);

  // Made when it is asked for: to read whom the host trusts takes milliseconds.
  std::shared_ptr<TlsClientContext> default_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_TLS_HANDSHAKE_H_
