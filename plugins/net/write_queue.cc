#include "plugins/net/write_queue.h"

#include <array>
#include <cstdint>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/stream_operations.h"

namespace rondo::net {
namespace internal {

QueuedWrite::~QueuedWrite() {
  // The coroutine is destroyed while it waits.
  if (queue_ != nullptr && place_.has_value()) queue_->line_.erase(*place_);
}

bool QueuedWrite::await_ready() { return queue_->Begin(*this); }

void QueuedWrite::Suspend(std::coroutine_handle<> handle, TaskScope& scope) {
  handle_ = handle;
  WriteQueue& queue = *queue_;
  queue.Join(*this);
  if (queue_ == nullptr) return;  // It found room after all, and is to be resumed.
  if (scope.cancelled()) {
    OnCancel(scope.status());
  } else {
    scope.Add(*this);
  }
}

void QueuedWrite::OnCancel(const absl::Status& status) {
  WriteQueue& queue = *queue_;
  status_ = begun_ ? absl::OkStatus() : status;
  queue.Abandon(*this);
  queue.Resume(*this);
}

}  // namespace internal

using internal::Direction;
using internal::kBlocked;
using internal::kFailed;
using internal::QueuedWrite;
using internal::Socket;

WriteQueue::WriteQueue(std::unique_ptr<internal::AnyChannel> channel,
                       const WriteQueueOptions& options)
    : channel_(std::move(channel)), options_(options), loop_(channel_->loop()) {
  CHECK(options.high_mark > 0 && options.low_mark <= options.high_mark);
}

WriteQueue::~WriteQueue() {
  on_room_ = nullptr;
  Fail(absl::CancelledError("write: its queue was destroyed"));
}

bool WriteQueue::Begin(QueuedWrite& write) {
  if (absl::Status status = Refusal(); !status.ok()) {
    write.status_ = std::move(status);
  } else {
    if (!line_.empty()) return false;
    const size_t size = write.data_.size();
    if (data_.empty() && Send(write.data_) && !unflushed_) {
    } else if (write.kind_ == QueuedWrite::kFlush) {
      if (failure_.ok()) return false;
    } else if (!write.data_.empty() && failure_.ok()) {
      write.begun_ = write.data_.size() != size;
      if (Admit(write.data_.size()) != Admission::kAdmitted) return false;
      Queue(write.data_);
    }
    write.status_ = failure_;
    Settle();
  }
  write.queue_ = nullptr;
  return true;
}

void WriteQueue::Join(QueuedWrite& write) {
  write.place_ = line_.insert(line_.end(), &write);
  // For what it waits was found out when it began, if it is the first.
  if (line_.size() == 1) AdmitWaiting();
  Settle();
}

void WriteQueue::Abandon(QueuedWrite& write) {
  line_.erase(*write.place_);
  write.place_.reset();
  write.queue_ = nullptr;
  if (write.begun_) {
    // Half a message would spoil those that follow.
    if (options_.budget != nullptr) options_.budget->TakeAnyway(write.data_.size());
    Queue(write.data_);
  }
  AdmitWaiting();
  Settle();
}

absl::Status WriteQueue::TryWrite(absl::Cord data) {
  if (absl::Status status = Refusal(); !status.ok()) return status;
  const size_t size = data.size();
  if (line_.empty() && data_.empty()) Send(data);
  if (!failure_.ok() || data.empty()) {
    Settle();
    return failure_;
  }
  const Admission admission = line_.empty() ? Admit(data.size()) : Admission::kAboveMark;
  if (admission != Admission::kAdmitted && data.size() == size) {
    refused_ = on_room_ != nullptr;
    wants_budget_ |= refused_ && admission == Admission::kOverBudget;
    Settle();
    return absl::ResourceExhaustedError(
        absl::StrCat("write ", channel_->WaitFor(Direction::kWrite).Subject(), ": ", queued(),
                     " bytes are queued",
                     admission == Admission::kOverBudget ? ", and the budget is used up" : ""));
  }
  if (admission == Admission::kOverBudget) options_.budget->TakeAnyway(data.size());
  Queue(data);
  Settle();
  return absl::OkStatus();
}

void WriteQueue::OnRoom(absl::AnyInvocable<void()> f) {
  CHECK(on_room_ == nullptr);
  on_room_ = std::make_shared<absl::AnyInvocable<void()>>(std::move(f));
}

absl::Status WriteQueue::Refusal() {
  if (!failure_.ok()) return failure_;
  if (socket_ != nullptr) return absl::OkStatus();
  const Socket& socket = channel_->WaitFor(Direction::kWrite);
  if (socket.waiter(Direction::kWrite) == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("write ", socket.Subject(), ": another coroutine or callback does so"));
}

void WriteQueue::OnReady(Socket&) {
  Pump();
  if (refused_ && data_.empty() && line_.empty()) TellOfRoom();
  Settle();
}

void WriteQueue::OnClosed(Socket& socket) {
  Fail(absl::CancelledError(absl::StrCat("write ", socket.Subject(), ": closed by this side")));
}

void WriteQueue::Pump() {
  bool takes_more;
  do {
    takes_more = SendQueued();
    AdmitWaiting();
  } while (takes_more && failure_.ok() && (!data_.empty() || !line_.empty()));
}

bool WriteQueue::SendQueued() {
  const bool sent = Send(data_);
  GiveBack();
  if (!sent) return false;
  // The writers' own data, for which no budget is needed.
  while (data_.empty() && !line_.empty() && line_.front()->kind_ == QueuedWrite::kWrite) {
    QueuedWrite& first = *line_.front();
    const size_t size = first.data_.size();
    const bool all = Send(first.data_);
    if (!failure_.ok()) return false;
    first.begun_ |= first.data_.size() != size;
    if (!all && !first.data_.empty()) return false;
    Complete(first, absl::OkStatus());
    if (!all) return false;
  }
  return true;
}

bool WriteQueue::Send(absl::Cord& data) {
  constexpr size_t kMost = 32;  // Pieces for one call.
  while (failure_.ok() && !data.empty()) {
    std::array<absl::string_view, kMost> parts;
    size_t count = 0;
    for (const absl::string_view piece : data.Chunks()) {
      parts[count++] = piece;
      if (count == kMost) break;
    }
    const int64_t sent = channel_->SendParts(absl::MakeConstSpan(parts.data(), count), 0);
    if (sent == kBlocked) {
      // Of what was sent before, which nobody else waits to send any more.
      unflushed_ = channel_->Flush() == kBlocked;
      return false;
    }
    if (sent == kFailed) {
      Fail(channel_->send_status());
      return false;
    }
    data.RemovePrefix(static_cast<size_t>(sent));
  }
  if (!failure_.ok()) return false;
  const int64_t flushed = channel_->Flush();
  if (flushed == kFailed) Fail(channel_->send_status());
  unflushed_ = flushed == kBlocked;
  return flushed == 0;
}

WriteQueue::Admission WriteQueue::Admit(size_t size) {
  if (above_mark_ && queued() <= options_.low_mark) above_mark_ = false;
  if (above_mark_ || queued() >= options_.high_mark) {
    above_mark_ = true;
    return Admission::kAboveMark;
  }
  if (options_.budget == nullptr || options_.budget->Take(size)) return Admission::kAdmitted;
  return Admission::kOverBudget;
}

void WriteQueue::AdmitWaiting() {
  wants_budget_ = refused_ && wants_budget_;
  while (!line_.empty() && failure_.ok()) {
    QueuedWrite& first = *line_.front();
    if (first.kind_ == QueuedWrite::kFlush) {
      if (!data_.empty() || unflushed_) return;
    } else {
      const Admission admission = Admit(first.data_.size());
      wants_budget_ |= admission == Admission::kOverBudget;
      // The budget is of no use to it now, and others stand behind it in the line.
      if (admission == Admission::kAboveMark) wants_budget_ = false;
      if (admission != Admission::kAdmitted) return;
      Queue(first.data_);
    }
    Complete(first, absl::OkStatus());
  }
  if (refused_ && queued() <= options_.low_mark && !wants_budget_) TellOfRoom();
}

void WriteQueue::Queue(absl::Cord& data) {
  counted_ += data.size();
  data_.Append(std::exchange(data, absl::Cord()));
}

void WriteQueue::Complete(QueuedWrite& write, absl::Status status) {
  line_.erase(*write.place_);
  write.place_.reset();
  write.queue_ = nullptr;
  write.status_ = std::move(status);
  write.Remove();
  Resume(write);
}

// In a block of its own: the coroutine may be destroyed before its turn comes, with the runtime.
void WriteQueue::Resume(QueuedWrite& write) {
  loop_.Enqueue(MakeLoopTask([handle = write.handle_] { handle.resume(); }));
}

void WriteQueue::Fail(const absl::Status& status) {
  if (failure_.ok()) failure_ = status;
  data_.Clear();
  while (!line_.empty()) Complete(*line_.front(), failure_);
  if (on_room_ != nullptr && refused_) TellOfRoom();
  Settle();
  GiveBack();
}

bool WriteQueue::OnRoom() {
  if (line_.empty() || line_.front()->kind_ == QueuedWrite::kFlush) {
    // For a TryWrite, which then says how much it wants.
    if (refused_) TellOfRoom();
    LeaveBudget();
    return true;
  }
  const Admission admission = Admit(line_.front()->data_.size());
  if (admission == Admission::kOverBudget) return false;
  if (admission == Admission::kAboveMark) {
    wants_budget_ = false;
    LeaveBudget();
    return true;
  }
  Queue(line_.front()->data_);
  Complete(*line_.front(), absl::OkStatus());
  LeaveBudget();
  // Behind the others, if more writers wait.
  wants_budget_ = !line_.empty() && line_.front()->kind_ == QueuedWrite::kWrite && !above_mark_ &&
                  queued() < options_.high_mark;
  Settle();
  return true;
}

void WriteQueue::TellOfRoom() {
  refused_ = false;
  wants_budget_ = false;
  if (on_room_ == nullptr) return;
  loop_.Enqueue(MakeLoopTask([f = std::weak_ptr<absl::AnyInvocable<void()>>(on_room_)] {
    if (const auto alive = f.lock(); alive != nullptr) (*alive)();
  }));
}

void WriteQueue::GiveBack() {
  const size_t gone = counted_ - data_.size();
  counted_ = data_.size();
  if (options_.budget != nullptr && gone > 0) options_.budget->GiveBack(gone);
}

void WriteQueue::LeaveBudget() {
  if (!place_.has_value()) return;
  options_.budget->Leave(*std::exchange(place_, std::nullopt));
}

void WriteQueue::Settle() {
  const bool waits = failure_.ok() && (!data_.empty() || !line_.empty() || unflushed_ || refused_);
  if (waits && socket_ == nullptr) {
    socket_ = &channel_->WaitFor(Direction::kWrite);
    socket_->SetWaiter(Direction::kWrite, this);
  } else if (!waits && socket_ != nullptr) {
    std::exchange(socket_, nullptr)->SetWaiter(Direction::kWrite, nullptr);
  }
  if (!failure_.ok() || !wants_budget_) {
    LeaveBudget();
  } else if (!place_.has_value()) {
    place_ = options_.budget->Join(*this);
  }
}

}  // namespace rondo::net
