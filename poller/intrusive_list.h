// A list whose links are inside its elements.
#ifndef RONDO_POLLER_INTRUSIVE_LIST_H_
#define RONDO_POLLER_INTRUSIVE_LIST_H_

#include "absl/log/check.h"

namespace rondo {

// What an element of an IntrusiveList<T, Tag> derives from. The tag tells the lists apart in
// which one element can be.
template <typename Tag>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;

 private:
  template <typename T, typename>
  friend class IntrusiveList;

  // Both null when it is in no list.
  ListNode* previous_ = nullptr;
  ListNode* next_ = nullptr;
};

// Elements in the order in which they were appended. All operations are O(1), the removal of any
// element included, and none allocates. Not thread-safe. Owns no element: whoever destroys one
// unlinks it first.
//
//   struct Due;
//   struct Job : ListNode<Due> {};
//   IntrusiveList<Job, Due> due;
//   due.Append(job);
//   while (Job* next = due.TakeFirst()) ...
template <typename T, typename Tag>
class IntrusiveList {
 public:
  IntrusiveList() { ring_.previous_ = ring_.next_ = &ring_; }

  bool empty() const { return ring_.next_ == &ring_; }

  static bool IsLinked(const T& element) {
    return static_cast<const ListNode<Tag>&>(element).next_ != nullptr;
  }

  // REQUIRES: `element` is in no list with this tag.
  void Append(T& element) {
    DCHECK(!IsLinked(element));
    ListNode<Tag>& node = element;
    node.previous_ = ring_.previous_;
    node.next_ = &ring_;
    node.previous_->next_ = &node;
    ring_.previous_ = &node;
  }

  // Takes `element` out of the list it is in, if any.
  static void Unlink(T& element) {
    ListNode<Tag>& node = element;
    if (node.next_ == nullptr) return;
    node.previous_->next_ = node.next_;
    node.next_->previous_ = node.previous_;
    node.previous_ = node.next_ = nullptr;
  }

  // Takes the first element; null when there is none.
  T* TakeFirst() {
    if (empty()) return nullptr;
    T& first = static_cast<T&>(*ring_.next_);
    Unlink(first);
    return &first;
  }

  // Calls `f` with each element. `f` must not change the list.
  template <typename F>
  void ForEach(F&& f) const {
    for (const ListNode<Tag>* node = ring_.next_; node != &ring_; node = node->next_) {
      f(static_cast<const T&>(*node));
    }
  }

 private:
  ListNode<Tag> ring_;  // Between the last element and the first.
};

}  // namespace rondo

#endif  // RONDO_POLLER_INTRUSIVE_LIST_H_
