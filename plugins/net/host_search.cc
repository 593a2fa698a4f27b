#include "plugins/net/host_search.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {
namespace {

// The "Resolution Delay" of RFC 8305.
constexpr absl::Duration kDelay = absl::Milliseconds(50);

std::vector<Address> WithPort(std::vector<Address> addresses, uint16_t port) {
  for (Address& address : addresses) address = address.WithPort(port);
  return addresses;
}

}  // namespace

HostSearch::HostSearch(Runtime& runtime, std::string host, uint16_t port, ConnectRace& race)
    : runtime_(runtime),
      host_(std::move(host)),
      port_(port),
      race_(race),
      delay_(runtime.loop(), [this] { race_.Begin(); }) {}

void HostSearch::SpawnIn(TaskGroup& group) {
  group.Spawn(Find(ResolveFamily::kIpv6, ipv6_));
  group.Spawn(Find(ResolveFamily::kIpv4, ipv4_));
}

Task<void> HostSearch::Find(ResolveFamily family, std::optional<absl::Status>& outcome) {
  absl::StatusOr<HostAddresses> found =
      co_await runtime_.Submit(Resolve{.host = host_, .family = family});
  outcome = found.status();
  if ((co_await CurrentScope()).cancelled()) co_return;
  if (found.ok()) race_.Add(WithPort(std::move(found->addresses), port_));
  if (ipv6_.has_value() && (ipv6_->ok() || ipv4_.has_value())) {
    delay_.Cancel();
    race_.Begin();
  } else if (ipv4_.has_value() && ipv4_->ok()) {
    delay_.Start(kDelay);
  }
}

absl::Status HostSearch::status() const {
  if (ipv6_->ok() || ipv4_->ok()) return absl::OkStatus();
  // That there is no address of one family says less than what is wrong with the other.
  return absl::IsNotFound(*ipv4_) ? *ipv6_ : *ipv4_;
}

}  // namespace rondo::net::internal
