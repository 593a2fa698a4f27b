// The system calls on a socket that more than one class makes. Internal.
#ifndef RONDO_PLUGINS_NET_SOCKET_OPTIONS_H_
#define RONDO_PLUGINS_NET_SOCKET_OPTIONS_H_

#include "absl/status/statusor.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"

namespace rondo::net::internal {

// A TCP socket for addresses like this one, non-blocking and close-on-exec; or errno is set.
OwnedFd OpenTcp(const Address& address);

// As setsockopt; -1 with errno set.
int SetOption(int fd, int level, int option, int value);

// The address that `fd` is bound to.
absl::StatusOr<Address> LocalAddress(int fd);

// Makes a connected socket from elsewhere fit for a loop: non-blocking and close-on-exec. Returns
// its peer's address; for Unix sockets any.
// Errors: INVALID_ARGUMENT (not open, not a stream socket of this protocol, not connected).
absl::StatusOr<Address> PrepareAdopted(int fd, int protocol);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_SOCKET_OPTIONS_H_
