// What is to be sent, in order and within limits.
#ifndef RONDO_PLUGINS_NET_WRITE_QUEUE_H_
#define RONDO_PLUGINS_NET_WRITE_QUEUE_H_

#include <coroutine>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "plugins/net/any_channel.h"
#include "plugins/net/byte_budget.h"
#include "plugins/net/socket.h"
#include "runtime/loop.h"
#include "runtime/task_scope.h"

namespace rondo::net {

class WriteQueue;

struct WriteQueueOptions {
  // Nothing more is taken once so many bytes are queued, and until they are no more than the low
  // mark: writers then get on in runs, instead of one message at a time.
  size_t high_mark = 64 << 10;
  size_t low_mark = 16 << 10;
  // Null: none but the marks.
  ByteBudget* budget = nullptr;
};

namespace internal {

// Awaited: one message, or none but the wish that all others have gone.
class QueuedWrite final : private TaskScope::Hook {
 public:
  enum Kind : bool { kWrite, kFlush };

  QueuedWrite(WriteQueue& queue, absl::Cord data, Kind kind)
      : queue_(&queue), data_(std::move(data)), kind_(kind) {}
  ~QueuedWrite();

  bool await_ready();
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    Suspend(handle, *handle.promise().scope());
  }
  absl::Status await_resume() { return std::move(status_); }

 private:
  friend class net::WriteQueue;

  void Suspend(std::coroutine_handle<> handle, TaskScope& scope);
  void OnCancel(const absl::Status& status) override;

  WriteQueue* queue_;  // Null once the outcome is there.
  absl::Cord data_;    // What was not sent yet.
  const Kind kind_;
  bool begun_ = false;  // A part of the message was sent.
  absl::Status status_;
  std::optional<std::list<QueuedWrite*>::iterator> place_;
  std::coroutine_handle<> handle_;
};

}  // namespace internal

// Writes messages for any number of coroutines and callbacks to one stream of any type, each whole
// and in the order of the calls. What the kernel does not take at once is queued, as a Cord: the
// same message in many queues is one piece of memory.
//
// It holds the bytes of the marks and of the budget and no more, but for one message: the one that
// passes the high mark is taken whole, and so is the rest of one whose beginning was sent. When the
// budget is used up, a stream that takes data goes on without it: Write then returns when the
// kernel has the message. So those who read are not held up by those who do not.
//
// Loop thread only. The stream outlives it, is open, and is written to by it alone while anything
// is queued. Destroying it drops what is queued, and who waits gets CANCELLED. Empty, it owns no
// buffer.
//
// Errors of every call: those of the stream, from the first one on; what is queued then is dropped.
//
//   net::WriteQueue queue(stream, {.high_mark = 1 << 20, .budget = &budget});
//   absl::Status status = co_await queue.Write(absl::Cord("hello\n"));  // Waits for room.
//   status = queue.TryWrite(message);                                   // Never waits.
class WriteQueue final : private internal::Waiter, private internal::BudgetWaiter {
 public:
  // REQUIRES: low_mark <= high_mark, high_mark > 0.
  template <typename S>
  explicit WriteQueue(S& stream, const WriteQueueOptions& options = {})
      : WriteQueue(Wrap(&stream.channel()), options) {}
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;
  ~WriteQueue();

  // Awaited, yields an absl::Status when the message was sent or queued. Waits for room when there
  // is none, behind those who came before. Cancelled, it is not sent at all; one whose beginning
  // was sent cannot be cancelled, and yields OK.
  // Errors: FAILED_PRECONDITION (somebody else writes to the stream).
  [[nodiscard]] internal::QueuedWrite Write(absl::Cord data) {
    return internal::QueuedWrite(*this, std::move(data), internal::QueuedWrite::kWrite);
  }
  // Awaited, yields an absl::Status when the kernel has all that was written before.
  [[nodiscard]] internal::QueuedWrite Flush() {
    return internal::QueuedWrite(*this, absl::Cord(), internal::QueuedWrite::kFlush);
  }

  // Sends or queues the message, or nothing of it.
  // Errors: RESOURCE_EXHAUSTED (no room: the peer is slow, or the budget used up), and as Write's.
  absl::Status TryWrite(absl::Cord data);

  // Calls `f` on the loop when there is room after a TryWrite that found none, or the stream has
  // failed; now and then for nothing. It may destroy the queue. REQUIRES: it was not set before.
  void OnRoom(absl::AnyInvocable<void()> f);

  // What it holds, and how many writers wait.
  size_t queued() const { return data_.size(); }
  size_t waiting() const { return line_.size(); }

 private:
  friend class internal::QueuedWrite;
  enum class Admission { kAdmitted, kAboveMark, kOverBudget };

  template <typename Channel>
  static std::unique_ptr<internal::AnyChannel> Wrap(Channel* channel) {
    return std::make_unique<internal::AnyChannelOf<Channel*>>(channel);
  }
  WriteQueue(std::unique_ptr<internal::AnyChannel> channel, const WriteQueueOptions& options);

  // Waiter:
  void OnReady(internal::Socket& socket) override;
  void OnClosed(internal::Socket& socket) override;
  void OnGone() override { socket_ = nullptr; }
  // BudgetWaiter:
  bool OnRoom() override;

  // For QueuedWrite. Begin: whether the outcome is there.
  bool Begin(internal::QueuedWrite& write);
  void Join(internal::QueuedWrite& write);
  void Abandon(internal::QueuedWrite& write);

  // Why nothing may be written now.
  absl::Status Refusal();
  // Goes on as far as the kernel takes data.
  void Pump();
  // Of what is queued and then of the first writer's; false when the kernel does not take all.
  bool SendQueued();
  // Of `data`; false when it was not all.
  bool Send(absl::Cord& data);
  // Whether there is room for `size` more bytes; if so, it has been taken from the budget.
  Admission Admit(size_t size);
  // Lets in who waits, as far as there is room.
  void AdmitWaiting();
  // Takes the data over, which the budget has counted.
  void Queue(absl::Cord& data);
  void Complete(internal::QueuedWrite& write, absl::Status status);
  void Resume(internal::QueuedWrite& write);
  void Fail(const absl::Status& status);
  // Gives back to the budget what is not queued any more.
  void GiveBack();
  void TellOfRoom();
  // Waits for the socket and in the budget's line if there is something to wait for.
  void Settle();
  void LeaveBudget();

  const std::unique_ptr<internal::AnyChannel> channel_;
  const WriteQueueOptions options_;
  Loop& loop_;
  internal::Socket* socket_ = nullptr;  // While this is its waiter.
  absl::Cord data_;
  size_t counted_ = 0;                      // Of the budget.
  std::list<internal::QueuedWrite*> line_;  // Who waits, in order.
  bool above_mark_ = false;                 // And not down to the low one yet.
  bool unflushed_ = false;                  // The channel has kept something.
  bool refused_ = false;                    // A TryWrite, since OnRoom was told last.
  bool wants_budget_ = false;
  std::optional<ByteBudget::Place> place_;  // In the budget's line.
  std::shared_ptr<absl::AnyInvocable<void()>> on_room_;
  absl::Status failure_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_WRITE_QUEUE_H_
