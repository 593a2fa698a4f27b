#include "plugins/net/connect_race.h"

#include <utility>

#include "plugins/net/connect_attempt.h"
#include "runtime/awaitables.h"
#include "runtime/task_scope.h"

namespace rondo::net::internal {

ConnectRace::ConnectRace(Loop& loop, absl::Duration stagger)
    : stagger_(stagger), timer_(loop, [this] { Next(); }) {}

Task<std::optional<TcpStream>> ConnectRace::Run(absl::AnyInvocable<void(TaskGroup&)> find) {
  // Its status is that of the cancellation, which the winner itself brings about.
  (co_await WithTaskGroup([this, &find](TaskGroup& group) -> Task<absl::Status> {
    group_ = &group;
    find(group);
    co_return absl::OkStatus();
  })).IgnoreError();
  timer_.Cancel();
  co_return std::move(winner_);
}

void ConnectRace::Add(const std::vector<Address>& addresses) {
  for (const Address& address : addresses) untried_[address.is_ipv6() ? 1 : 0].push_back(address);
  if (due_) Next();
}

void ConnectRace::Begin() {
  if (!std::exchange(begun_, true)) Next();
}

// The group has not ended: the attempt that began last runs while the timer does, and otherwise one
// of those who Add or Begin.
void ConnectRace::Next() {
  due_ = !has_untried();
  if (!due_) group_->Spawn(Attempt());
}

Address ConnectRace::TakeNext() {
  const bool ipv6 = untried_[next_is_ipv6_ ? 1 : 0].empty() ? !next_is_ipv6_ : next_is_ipv6_;
  std::deque<Address>& family = untried_[ipv6 ? 1 : 0];
  const Address address = family.front();
  family.pop_front();
  next_is_ipv6_ = !ipv6;
  return address;
}

Task<void> ConnectRace::Attempt() {
  const TaskScope& scope = co_await CurrentScope();
  // The timer may have been due when the race was cancelled.
  if (scope.cancelled()) co_return;
  do {
    const size_t index = failures_.size();
    failures_.emplace_back();
    timer_.Start(stagger_);
    absl::StatusOr<TcpStream> stream = co_await ConnectToAddress(TakeNext());
    // Somebody else has won, or nobody waits any more.
    if (scope.cancelled()) co_return;
    if (stream.ok()) {
      winner_ = *std::move(stream);
      timer_.Cancel();
      group_->Cancel();
      co_return;
    }
    failures_[index] = std::move(stream).status();
    // Those before the last have had their time, and are not what is waited for.
    if (index + 1 != failures_.size()) co_return;
    timer_.Cancel();
    due_ = !has_untried();
  } while (!due_);
}

std::vector<absl::Status> ConnectRace::failures() const {
  std::vector<absl::Status> failures;
  for (const absl::Status& failure : failures_) {
    if (!failure.ok()) failures.push_back(failure);
  }
  return failures;
}

}  // namespace rondo::net::internal
