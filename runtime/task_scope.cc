#include "runtime/task_scope.h"

#include <functional>
#include <utility>

#include "absl/log/check.h"

namespace rondo {

// Brings a stop request from any thread to the scope, if it still is there by then.
class TaskScope::TokenLink {
 public:
  TokenLink(TaskScope& scope, std::stop_token token)
      : scope_(std::make_shared<TaskScope*>(&scope)),
        callback_(std::move(token), [loop = &scope.loop_, scope = scope_] {
          // Runs on the thread that requests the stop: only the loop thread looks into `scope`.
          loop->Post([scope] {
            if (*scope != nullptr) (*scope)->Cancel();
          });
        }) {}
  ~TokenLink() { *scope_ = nullptr; }

 private:
  std::shared_ptr<TaskScope*> scope_;
  std::stop_callback<std::function<void()>> callback_;
};

TaskScope::TaskScope(Loop& loop, Pool& pool) : loop_(loop), pool_(pool) {}

TaskScope::TaskScope(TaskScope& parent) : loop_(parent.loop_), pool_(parent.pool_) {
  if (parent.cancelled()) {
    status_ = parent.status();
  } else {
    parent.Add(in_parent_);
  }
}

TaskScope::~TaskScope() {
  while (hooks_ != nullptr) hooks_->Remove();
}

void TaskScope::Cancel(absl::Status status) {
  loop_.CheckOnLoop();
  DCHECK(!status.ok());
  if (cancelled()) return;
  status_ = std::move(status);
  if (source_.has_value()) source_->request_stop();
  while (hooks_ != nullptr) {
    Hook& hook = *hooks_;
    hook.Remove();
    hook.OnCancel(status_);
  }
}

void TaskScope::CancelOn(std::stop_token token) {
  loop_.CheckOnLoop();
  DCHECK(link_ == nullptr) << "a scope follows one token";
  if (token.stop_requested()) return Cancel();
  if (token.stop_possible()) link_ = std::make_unique<TokenLink>(*this, std::move(token));
}

std::stop_token TaskScope::token() {
  loop_.CheckOnLoop();
  if (!source_.has_value()) {
    source_.emplace();
    if (cancelled()) source_->request_stop();
  }
  return source_->get_token();
}

}  // namespace rondo
