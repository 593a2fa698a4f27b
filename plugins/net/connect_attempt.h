// A connection to one address. Internal.
#ifndef RONDO_PLUGINS_NET_CONNECT_ATTEMPT_H_
#define RONDO_PLUGINS_NET_CONNECT_ATTEMPT_H_

#include "absl/status/statusor.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/task.h"

namespace rondo::net::internal {

// Connects, for as long as the kernel tries or the scope is not cancelled.
Task<absl::StatusOr<TcpStream>> ConnectToAddress(Address address);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_CONNECT_ATTEMPT_H_
