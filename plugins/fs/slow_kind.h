// How a slow kind runs. Internal.
#ifndef RONDO_PLUGINS_FS_SLOW_KIND_H_
#define RONDO_PLUGINS_FS_SLOW_KIND_H_

#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/fs/lane.h"
#include "runtime/awaitables.h"
#include "runtime/kind.h"
#include "runtime/task.h"

namespace rondo::fs::internal {

// Calls `body(request, stopped)` on a worker of the pool. `body` is constant, and outlives this.
template <TaskRequest Request, typename Body>
Task<OutcomeOf<Request>> RunOnPool(const Body& body, const Request& request) {
  const std::stop_token token = (co_await CurrentScope()).token();
  if (absl::Status status = co_await ResumeOnPool(); !status.ok()) co_return status;
  // Ends on the pool, and hands the result over on the loop.
  co_return body(request, [&token] { return token.stop_requested(); });
}

// The same, in a place of the lane.
template <TaskRequest Request, typename Body>
Task<OutcomeOf<Request>> RunInLane(Lane& lane, const Body& body, const Request& request) {
  absl::StatusOr<Lane::Place> place = co_await lane.Enter();
  if (!place.ok()) co_return place.status();
  co_return co_await RunOnPool(body, request);
}

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_SLOW_KIND_H_
