#include "plugins/net/stream_operations.h"

#include "absl/strings/str_cat.h"

namespace rondo::net::internal {

absl::Status EndedEarly(const Socket& socket, size_t missing) {
  return absl::OutOfRangeError(
      absl::StrCat("read ", socket.Subject(), ": it ended ", missing, " bytes early"));
}

}  // namespace rondo::net::internal
