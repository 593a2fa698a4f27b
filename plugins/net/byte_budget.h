// A limit on what is queued together.
#ifndef RONDO_PLUGINS_NET_BYTE_BUDGET_H_
#define RONDO_PLUGINS_NET_BYTE_BUDGET_H_

#include <cstddef>
#include <list>

#include "absl/log/check.h"

namespace rondo::net {

namespace internal {

// Somebody who waits for a part of a budget.
class BudgetWaiter {
 public:
  BudgetWaiter() = default;
  BudgetWaiter(const BudgetWaiter&) = delete;
  BudgetWaiter& operator=(const BudgetWaiter&) = delete;

  // It is the first in line, and there may be room. True when it has taken what it waited for, or
  // waits no more: then it has left the line, and may have joined it again at its end.
  virtual bool OnRoom() = 0;

 protected:
  ~BudgetWaiter() = default;
};

}  // namespace internal

// How many bytes several WriteQueues may hold at once: those of a whole runtime, or of a part of a
// program that must not take the memory of the others.
//
// Loop thread only. Outlives the queues that share it.
//
//   net::ByteBudget budget(64 << 20);
//   net::WriteQueue queue(stream, {.budget = &budget});
class ByteBudget {
 public:
  explicit ByteBudget(size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;
  ~ByteBudget() { DCHECK_EQ(used_, 0u) << "a queue outlives its budget"; }

  size_t limit() const { return limit_; }
  // More than the limit after a TakeAnyway.
  size_t used() const { return used_; }
  bool has_waiters() const { return !line_.empty(); }

  // For queues. Takes a part; not when others wait, but for the first of them while it is asked by
  // OnRoom. What is larger than the whole budget is taken when nothing else is.
  bool Take(size_t bytes);
  // For what has to be kept, whether there is room or not.
  void TakeAnyway(size_t bytes) { used_ += bytes; }
  // Asks those in line whether they can go on.
  void GiveBack(size_t bytes);

  using Place = std::list<internal::BudgetWaiter*>::iterator;
  Place Join(internal::BudgetWaiter& waiter) { return line_.insert(line_.end(), &waiter); }
  // Others may have been kept by this one only.
  void Leave(Place place);

 private:
  void Serve();

  const size_t limit_;
  size_t used_ = 0;
  std::list<internal::BudgetWaiter*> line_;
  bool serving_ = false;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_BYTE_BUDGET_H_
