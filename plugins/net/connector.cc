#include "plugins/net/connector.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "plugins/net/address.h"
#include "plugins/net/connect_attempt.h"
#include "plugins/net/connect_race.h"
#include "plugins/net/host_search.h"
#include "runtime/awaitables.h"
#include "runtime/task_group.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {
namespace {

absl::Status Failed(const Connect& request, absl::StatusCode code, absl::string_view why) {
  return absl::Status(code, absl::StrCat("connect ", request.host, ":", request.port, ": ", why));
}

absl::Status AllFailed(const Connect& request, const std::vector<absl::Status>& failures) {
  std::string why;
  for (const absl::Status& failure : failures) {
    absl::StrAppend(&why, why.empty() ? "" : "; ",
                    absl::StripPrefix(failure.message(), "connect "));
  }
  return Failed(request, failures.front().code(), why);
}

}  // namespace

Task<absl::StatusOr<TcpStream>> ConnectToHost(Runtime& runtime, Connect request) {
  if (absl::StatusOr<Address> address = Address::FromIp(request.host, request.port); address.ok()) {
    co_return co_await ConnectToAddress(*address);
  }
  if (request.stagger < absl::ZeroDuration()) {
    co_return Failed(request, absl::StatusCode::kInvalidArgument, "a negative stagger");
  }
  TaskScope& scope = co_await CurrentScope();
  ConnectRace race(runtime.loop(), request.stagger);
  HostSearch search(runtime, request.host, request.port, race);
  std::optional<TcpStream> winner =
      co_await race.Run([&search](TaskGroup& group) { search.SpawnIn(group); });
  if (winner.has_value()) co_return *std::move(winner);
  if (scope.cancelled()) co_return scope.status();
  if (absl::Status found = search.status(); !found.ok()) {
    co_return Failed(request, found.code(), found.message());
  }
  co_return AllFailed(request, race.failures());
}

}  // namespace rondo::net::internal
