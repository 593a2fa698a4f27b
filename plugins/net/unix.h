// The task kinds that make Unix sockets.
#ifndef RONDO_PLUGINS_NET_UNIX_H_
#define RONDO_PLUGINS_NET_UNIX_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/net/unix_listener.h"
#include "plugins/net/unix_stream.h"
#include "runtime/fields.h"

namespace rondo::net {

// Listens at a path, where it makes the file of the socket; "@name" is a name without a file, which
// every process in the network namespace can reach.
// Errors: FAILED_PRECONDITION (in use), NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (empty,
// longer than 107 bytes, or with a NUL), RESOURCE_EXHAUSTED (no descriptors).
struct ListenUnix {
  static constexpr absl::string_view kKind = "net.listen_unix";
  using Result = UnixListener;

  std::string path = {};
  int backlog = 4096;
  // Whether to take the place of a socket that nobody listens at, as a crash leaves it.
  bool replace_stale = false;

  void VisitFields(FieldVisitor& visit) {
    visit("path", path, {.required = true});
    visit("backlog", backlog);
    visit("replace_stale", replace_stale);
  }
};

// Connects to a socket at a path, or to "@name". While its backlog is full it waits.
// Errors: NOT_FOUND, UNAVAILABLE (nobody listens there), PERMISSION_DENIED, INVALID_ARGUMENT,
// RESOURCE_EXHAUSTED (no descriptors).
struct ConnectUnix {
  static constexpr absl::string_view kKind = "net.connect_unix";
  using Result = UnixStream;

  std::string path = {};

  void VisitFields(FieldVisitor& visit) { visit("path", path, {.required = true}); }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UNIX_H_
