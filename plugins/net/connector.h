// How a connection is made. Internal.
#ifndef RONDO_PLUGINS_NET_CONNECTOR_H_
#define RONDO_PLUGINS_NET_CONNECTOR_H_

#include "absl/status/statusor.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::net::internal {

// The body of net.connect.
Task<absl::StatusOr<TcpStream>> ConnectToHost(Runtime& runtime, Connect request);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECTOR_H_
