// Where a tree of coroutines runs, and how it is cancelled.
#ifndef RONDO_RUNTIME_TASK_SCOPE_H_
#define RONDO_RUNTIME_TASK_SCOPE_H_

#include <memory>
#include <optional>
#include <stop_token>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "pool/pool.h"
#include "runtime/loop.h"

namespace rondo {

// What a coroutine inherits from the one that awaits it: the loop, the pool and cancellation.
// Scopes form a tree; cancelling one cancels those below it. A scope is cancelled once, and
// stays so: everything that is awaited in it then ends with its status().
//
// Loop thread only, but for the stop token it gives away. The loop, the pool and the parent
// outlive it.
class TaskScope {
 public:
  // Something that wants to know of the cancellation. It is told at most once and is out of the
  // scope by then. It must not resume a coroutine itself, but queue that on the loop.
  class Hook {
   public:
    Hook() = default;
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    // Out of the scope again. Does nothing when it is in none.
    void Remove() {
      if (link_ == nullptr) return;
      *link_ = next_;
      if (next_ != nullptr) next_->link_ = link_;
      link_ = nullptr;
    }

   protected:
    ~Hook() { Remove(); }
    virtual void OnCancel(const absl::Status& status) = 0;

   private:
    friend class TaskScope;
    Hook* next_ = nullptr;
    Hook** link_ = nullptr;  // What points here; null when in no scope.
  };

  // A root.
  TaskScope(Loop& loop, Pool& pool);
  // A child: cancelled with its parent.
  explicit TaskScope(TaskScope& parent);
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope();

  Loop& loop() const { return loop_; }
  Pool& pool() const { return pool_; }

  bool cancelled() const { return !status_.ok(); }
  // Why it was cancelled; OK while it is not.
  const absl::Status& status() const { return status_; }

  // REQUIRES: !status.ok(). Does nothing the second time.
  void Cancel(absl::Status status = absl::CancelledError("cancelled"));

  // Cancels this scope, on the loop thread, once a stop is requested of `token`.
  void CancelOn(std::stop_token token);

  // For code that knows the standard's tokens only.
  std::stop_token token();

  // REQUIRES: !cancelled(), and `hook` is in no scope.
  void Add(Hook& hook) {
    loop_.CheckOnLoop();
    DCHECK(!cancelled());
    DCHECK(hook.link_ == nullptr);
    hook.next_ = hooks_;
    hook.link_ = &hooks_;
    if (hooks_ != nullptr) hooks_->link_ = &hook.next_;
    hooks_ = &hook;
  }

 private:
  class ParentHook final : public Hook {
   public:
    explicit ParentHook(TaskScope& scope) : scope_(scope) {}

   private:
    void OnCancel(const absl::Status& status) override { scope_.Cancel(status); }
    TaskScope& scope_;
  };
  class TokenLink;

  Loop& loop_;
  Pool& pool_;
  absl::Status status_;
  Hook* hooks_ = nullptr;
  ParentHook in_parent_{*this};
  std::unique_ptr<TokenLink> link_;
  std::optional<std::stop_source> source_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_TASK_SCOPE_H_
