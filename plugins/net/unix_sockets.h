// The bodies of the kinds of unix.h. Internal.
#ifndef RONDO_PLUGINS_NET_UNIX_SOCKETS_H_
#define RONDO_PLUGINS_NET_UNIX_SOCKETS_H_

#include "absl/status/statusor.h"
#include "plugins/net/unix.h"
#include "runtime/loop.h"
#include "runtime/task.h"

namespace rondo::net::internal {

absl::StatusOr<UnixListener> StartUnixListener(Loop& loop, const ListenUnix& request);

Task<absl::StatusOr<UnixStream>> ConnectToUnix(ConnectUnix request);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UNIX_SOCKETS_H_
