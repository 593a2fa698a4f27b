// Asks a server. Internal.
#ifndef RONDO_PLUGINS_HTTP_CLIENT_H_
#define RONDO_PLUGINS_HTTP_CLIENT_H_

#include "absl/status/statusor.h"
#include "plugins/http/http.h"
#include "plugins/http/message.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo::http::internal {

// The body of http.get.
Task<absl::StatusOr<Response>> Fetch(Runtime& runtime, Get request);

}  // namespace rondo::http::internal

#endif  // RONDO_PLUGINS_HTTP_CLIENT_H_
