// What OpenSSL says, as a status. Internal.
#ifndef RONDO_PLUGINS_NET_TLS_ERROR_H_
#define RONDO_PLUGINS_NET_TLS_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct ssl_st;

namespace rondo::net::internal {

// The newest error of this thread, and empties the list of them.
absl::Status TlsConfigError(absl::string_view what);

// Why a call for `ssl` failed, from the errors of this thread; `connected`: after the handshake.
absl::Status TlsError(const ssl_st* ssl, bool connected, absl::string_view operation,
                      absl::string_view subject);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_TLS_ERROR_H_
