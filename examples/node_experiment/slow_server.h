// The server that the experiment asks.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_SERVER_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_SERVER_H_

#include "absl/status/status.h"
#include "plugins/net/tcp_listener.h"
#include "runtime/task.h"

namespace rondo::experiment {

// Answers every request that comes in at `listener` after two seconds, until the scope is
// cancelled.
Task<absl::Status> ServeSlowly(net::TcpListener listener);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_SERVER_H_
