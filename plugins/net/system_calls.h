// The two system calls of which a busy stream makes one each for a message.
#ifndef RONDO_PLUGINS_NET_SYSTEM_CALLS_H_
#define RONDO_PLUGINS_NET_SYSTEM_CALLS_H_

#include <cstddef>
#include <cstdint>

namespace rondo::net::internal {

// As recv without flags, and send with MSG_NOSIGNAL, but an error is returned as its errno,
// negative; and they are no points at which a thread can be cancelled: in a program with several
// threads the C library spends more instructions on that than we on all else for a message.
int64_t SystemRecv(int fd, char* data, size_t size);
int64_t SystemSend(int fd, const char* data, size_t size);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_SYSTEM_CALLS_H_
