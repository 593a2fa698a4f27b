#include "runtime/task_group.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rondo {

TaskGroup::Child::Child(TaskGroup& group)
    : group_(group), next_(group.children_), link_(&group.children_) {
  if (next_ != nullptr) next_->link_ = &next_;
  group.children_ = this;
  ++group.size_;
}

TaskGroup::Child::~Child() {
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  --group_.size_;
}

TaskGroup::~TaskGroup() {
  while (children_ != nullptr) delete children_;
}

void TaskGroup::Cancel(absl::Status status) { Ended(status); }

void TaskGroup::Ended(const absl::Status& status) {
  if (status.ok()) return;
  if (status_.ok()) status_ = status;
  scope_.Cancel(
      absl::CancelledError(absl::StrCat("another task of the group failed: ", status.message())));
}

void TaskGroup::Threw(std::exception_ptr exception) {
  if (!exception_) exception_ = std::move(exception);
  scope_.Cancel(absl::CancelledError("another task of the group threw an exception"));
}

}  // namespace rondo
