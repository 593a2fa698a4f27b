// An unbounded queue from many threads to one at a time.
#ifndef RONDO_POOL_MPSC_QUEUE_H_
#define RONDO_POOL_MPSC_QUEUE_H_

#include <atomic>

#include "absl/base/optimization.h"
#include "pool/backoff.h"

namespace rondo {

// First in, first out, intrusive: nodes are linked by their member `kNext`, and nothing is
// allocated. For a consumer that takes one node at a time; Inbox is for one that takes them all.
//
// Thread safety: Push, empty, maybe_ready: any thread. Pop: one thread at a time.
//
// Ownership: nodes are the caller's. From Push until Pop returns it a node must live and its link
// must not be touched. Nodes that are inside when a queue is destroyed are forgotten.
//
// Push is wait-free: one exchange makes its place in the queue, one store links the node to the one
// before. Between the two the node is in the queue but cannot be reached yet: Pop then waits for
// the store instead of calling the queue empty, so that the exchange alone decides the order and
// what empty() says. Hence the rule for sleeping: a consumer that announces its sleep (a seq_cst
// read-modify-write or store) and then finds the queue empty() may sleep, when pushers look at the
// announcement (a seq_cst load) after Push: one of the two must see the other.
//
//   struct Job { std::atomic<Job*> next = nullptr; };
//   MpscQueue<Job> queue;
//   queue.Push(job);                              // any thread
//   while (Job* job = queue.Pop()) Run(*job);     // the consumer
template <typename Node, std::atomic<Node*> Node::* kNext = &Node::next>
class MpscQueue {
 public:
  MpscQueue() = default;
  MpscQueue(const MpscQueue&) = delete;
  MpscQueue& operator=(const MpscQueue&) = delete;

  // Returns whether the queue was empty before.
  bool Push(Node& node) {
    Node* const previous = Enter(node);
    Link(previous, node);
    return previous == nullptr;
  }

  // The oldest node, or null when the queue is empty.
  Node* Pop() {
    Node* node = first_.load(std::memory_order_acquire);
    for (Backoff backoff; node == nullptr; node = first_.load(std::memory_order_acquire)) {
      if (empty()) return nullptr;
      backoff.Wait();
    }
    Node* next = (node->*kNext).load(std::memory_order_acquire);
    if (next == nullptr) {
      // The last one, it seems. Cleared first, since whoever then pushes into the empty queue
      // writes here; relaxed: the exchange publishes it to him.
      first_.store(nullptr, std::memory_order_relaxed);
      Node* expected = node;
      // Acquire on success: no write to the node may move above it. Relaxed on failure: what the
      // pusher did is acquired by the load of the link.
      if (last_.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        return node;
      }
      next = (node->*kNext).load(std::memory_order_acquire);
      for (Backoff backoff; next == nullptr;
           next = (node->*kNext).load(std::memory_order_acquire)) {
        backoff.Wait();
      }
    }
    // Relaxed: read by consumers only, who exclude one another, until the queue is empty.
    first_.store(next, std::memory_order_relaxed);
    return node;
  }

  // Exact, seq_cst.
  bool empty() const { return last_.load(std::memory_order_seq_cst) == nullptr; }

  // A hint for a consumer that spins: looks only at what pushers touch when the queue was empty.
  bool maybe_ready() const { return first_.load(std::memory_order_relaxed) != nullptr; }

 private:
  friend class MpscQueueTestPeer;

  // Returns the node that was the newest before.
  Node* Enter(Node& node) {
    // Relaxed: published by the exchange and by Link.
    (node.*kNext).store(nullptr, std::memory_order_relaxed);
    return last_.exchange(&node, std::memory_order_seq_cst);
  }

  // `previous` still lives: Pop returns no node that has a successor before it has seen the link.
  void Link(Node* previous, Node& node) {
    // Release: who finds the node finds its content.
    (previous == nullptr ? first_ : previous->*kNext).store(&node, std::memory_order_release);
  }

  // The newest node, null when empty. Written by every Push, and by the Pop that empties the queue.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<Node*> last_ = nullptr;
  // The oldest node; null when empty or when the first node is being linked. Written by Pop, and by
  // the Push that finds the queue empty.
  alignas(ABSL_CACHELINE_SIZE) std::atomic<Node*> first_ = nullptr;
};

}  // namespace rondo

#endif  // RONDO_POOL_MPSC_QUEUE_H_
