#include "runtime/with_timeout.h"

#include "absl/strings/str_cat.h"

namespace rondo::internal {

const LoopTimer::Type ScopeDeadline::kType = {
    .expired = &ScopeDeadline::Expired, .discarded = nullptr, .label = "timeout", .listed = false};

ScopeDeadline::ScopeDeadline(TaskScope& scope, absl::Duration timeout)
    : LoopTimer(scope.loop(), kType), scope_(scope), timeout_(timeout) {
  if (timeout < absl::InfiniteDuration()) Start(timeout);
}

void ScopeDeadline::Expired(LoopTimer& timer) {
  ScopeDeadline& self = static_cast<ScopeDeadline&>(timer);
  self.expired_ = !self.scope_.cancelled();
  self.scope_.Cancel(absl::DeadlineExceededError(
      absl::StrCat("not done after ", absl::FormatDuration(self.timeout_))));
}

}  // namespace rondo::internal
