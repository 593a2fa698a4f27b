#include "plugins/net/system_calls.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>

#include "absl/base/config.h"

namespace rondo::net::internal {

// A sanitizer has to see the calls, so it gets the C library's.
#if defined(__x86_64__) && !defined(ABSL_HAVE_ADDRESS_SANITIZER) && \
    !defined(ABSL_HAVE_THREAD_SANITIZER) && !defined(ABSL_HAVE_MEMORY_SANITIZER)

namespace {

// A system call whose fifth and sixth arguments are null. The kernel's own convention: an error
// is returned as its errno, negative.
int64_t Call(int64_t number, int fd, const char* data, size_t size, int64_t flags) {
  register int64_t fourth asm("r10") = flags;
  register int64_t fifth asm("r8") = 0;
  register int64_t sixth asm("r9") = 0;
  int64_t result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(fd), "S"(data), "d"(size), "r"(fourth), "r"(fifth), "r"(sixth)
               : "rcx", "r11", "memory");
  return result;
}

}  // namespace

int64_t SystemRecv(int fd, char* data, size_t size) {
  return Call(SYS_recvfrom, fd, data, size, /*flags=*/0);
}

int64_t SystemSend(int fd, const char* data, size_t size) {
  return Call(SYS_sendto, fd, data, size, MSG_NOSIGNAL);
}

#else

int64_t SystemRecv(int fd, char* data, size_t size) {
  const ssize_t received = ::recv(fd, data, size, 0);
  return received < 0 ? -errno : received;
}

int64_t SystemSend(int fd, const char* data, size_t size) {
  const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

#endif

}  // namespace rondo::net::internal
