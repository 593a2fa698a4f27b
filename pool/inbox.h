// A queue into which any thread pushes and from which one thread takes everything at once.
#ifndef RONDO_POOL_INBOX_H_
#define RONDO_POOL_INBOX_H_

#include <atomic>
#include <utility>

#include "absl/base/optimization.h"

namespace rondo {

// Nodes linked by the member `kNext`, oldest first. Not thread-safe. Owns no node; a node is in at
// most one chain or inbox at a time.
//
//   for (Chain<Job> jobs = inbox.TakeAll(); Job* job = jobs.Pop();) Run(*job);
template <typename Node, Node* Node::* kNext = &Node::next>
class Chain {
 public:
  Chain() = default;
  Chain(Chain&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
  Chain& operator=(Chain&& other) noexcept {
    first_ = std::exchange(other.first_, nullptr);
    last_ = std::exchange(other.last_, nullptr);
    return *this;
  }

  bool empty() const { return first_ == nullptr; }

  // The oldest, which stays; null when the chain is empty.
  Node* front() const { return first_; }

  // Takes the oldest off; null when the chain is empty. Nothing here refers to it any more.
  Node* Pop() {
    Node* const node = first_;
    if (node == nullptr) return nullptr;
    first_ = node->*kNext;
    if (first_ == nullptr) last_ = nullptr;
    return node;
  }

  void Append(Node& node) {
    node.*kNext = nullptr;
    if (empty()) {
      first_ = &node;
    } else {
      last_->*kNext = &node;
    }
    last_ = &node;
  }

  void Prepend(Node& node) {
    node.*kNext = first_;
    if (empty()) last_ = &node;
    first_ = &node;
  }

  // All of `tail`, behind what is here already.
  void Append(Chain tail) {
    if (tail.empty()) return;
    if (empty()) {
      first_ = tail.first_;
    } else {
      last_->*kNext = tail.first_;
    }
    last_ = tail.last_;
  }

 private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;  // its link is null
};

// Brings nodes from any thread to one consumer, in batches: what makes completions come home to a
// loop for one atomic operation a batch there, and one for each node here.
//
// Thread safety: Push, empty: any thread. TakeAll: one thread at a time.
//
// Ownership: nodes are the caller's. From Push until the consumer has taken it a node must live and
// its link must not be touched. Nodes that are inside when an inbox is destroyed are forgotten.
//
// Order: nodes that one thread pushed come out in that order. More: if one Push returned before
// another began, its node comes out first.
//
// Sleeping: Push, TakeAll and empty are sequentially consistent, so that a consumer that first
// announces its sleep (a seq_cst store) and then finds the inbox empty() may sleep, when the pusher
// that made it non-empty then looks at the announcement (a seq_cst load): one of the two must see
// the other. A pusher to whom Push returned false need not look: the one before it does.
//
//   struct Job { int value; Job* next; };
//   Inbox<Job> inbox;
//   if (inbox.Push(job)) loop.Wake();                                     // any thread
//   for (Chain<Job> jobs = inbox.TakeAll(); Job* job = jobs.Pop();) ...   // the loop's thread
template <typename Node, Node* Node::* kNext = &Node::next>
class alignas(ABSL_CACHELINE_SIZE) Inbox {
 public:
  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Returns whether the inbox was empty before. Lock-free.
  bool Push(Node& node) {
    // Relaxed: only a guess, which the exchange below verifies.
    Node* top = top_.load(std::memory_order_relaxed);
    do {
      // No ABA: whatever happened to `top` meanwhile, linking to it is right if it is the top now.
      node.*kNext = top;
    } while (!top_.compare_exchange_weak(top, &node, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
    return top == nullptr;
  }

  // Everything that was pushed and not yet taken, oldest first.
  Chain<Node, kNext> TakeAll() {
    Chain<Node, kNext> oldest_first;
    if (empty()) return oldest_first;
    Node* node = top_.exchange(nullptr, std::memory_order_seq_cst);
    while (node != nullptr) oldest_first.Prepend(*std::exchange(node, node->*kNext));
    return oldest_first;
  }

  bool empty() const { return top_.load(std::memory_order_seq_cst) == nullptr; }

 private:
  // The newest node, linked to the older ones; null when empty. Written by pushers and by TakeAll.
  std::atomic<Node*> top_ = nullptr;
};

}  // namespace rondo

#endif  // RONDO_POOL_INBOX_H_
