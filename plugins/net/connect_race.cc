#include "plugins/net/connect_race.h"

#include <utility>

#include "absl/log/check.h"
#include "plugins/net/connect_attempt.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {

std::vector<Address> Interleave(const std::vector<Address>& addresses) {
  std::vector<Address> families[2];  // That of the first address, and the other.
  for (const Address& address : addresses) {
    families[address.is_ipv6() == addresses.front().is_ipv6() ? 0 : 1].push_back(address);
  }
  std::vector<Address> order;
  order.reserve(addresses.size());
  for (size_t i = 0; order.size() < addresses.size(); ++i) {
    for (const std::vector<Address>& family : families) {
      if (i < family.size()) order.push_back(family[i]);
    }
  }
  return order;
}

ConnectRace::ConnectRace(Loop& loop, std::vector<Address> addresses, absl::Duration stagger)
    : addresses_(std::move(addresses)),
      stagger_(stagger),
      timer_(loop, [this] { group_->Spawn(Attempt()); }),
      failures_(addresses_.size()) {
  DCHECK(!addresses_.empty());
}

Task<std::optional<TcpStream>> ConnectRace::Run() {
  // Its status is that of the cancellation, which the winner itself brings about.
  (co_await WithTaskGroup([this](TaskGroup& group) -> Task<absl::Status> {
    group_ = &group;
    co_await Attempt();
    co_return absl::OkStatus();
  })).IgnoreError();
  co_return std::move(winner_);
}

size_t ConnectRace::Begin() {
  const size_t index = begun_++;
  if (begun_ < addresses_.size()) {
    timer_.Start(stagger_);
  } else {
    timer_.Cancel();
  }
  return index;
}

// As long as an address is left, the one that began last is being tried, so that the group, which
// the timer spawns in, has not ended.
Task<void> ConnectRace::Attempt() {
  const TaskScope& scope = co_await CurrentScope();
  for (size_t index = Begin();; index = Begin()) {
    absl::StatusOr<TcpStream> stream = co_await ConnectToAddress(addresses_[index]);
    // Somebody else has won, or nobody waits any more.
    if (scope.cancelled()) break;
    if (stream.ok()) {
      winner_ = *std::move(stream);
      group_->Cancel();
      break;
    }
    failures_[index] = std::move(stream).status();
    // Those before the last have had their time, and are not what is waited for.
    if (index + 1 != begun_ || begun_ == addresses_.size()) co_return;
  }
  timer_.Cancel();
}

std::vector<absl::Status> ConnectRace::failures() const {
  std::vector<absl::Status> failures;
  for (const absl::Status& failure : failures_) {
    if (!failure.ok()) failures.push_back(failure);
  }
  return failures;
}

}  // namespace rondo::net::internal
