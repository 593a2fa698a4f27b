#include "runtime/loop.h"

#include <sched.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "pool/backoff.h"
#include "runtime/fd_watch.h"

namespace rondo {
namespace {

constexpr int64_t kNoLimit = -1;

// How many turns the fds may wait while posts keep coming.
constexpr int kMaxUnpolledTurns = 16;

// To read the clock costs as much as some looks.
constexpr int kLooksPerClock = 16;
constexpr int kMaxLooks = 10'000;
// What a worker takes to wake up, as a multiple of the look for one that is awake.
constexpr int kWakingLook = 8;
// With tasks that take longer than a look, one sleep in so many begins with one.
constexpr int kMaxUnlooked = 64;

// Saturates. (absl::Ceil divides by any unit, and takes several times as long.)
int64_t NanosRoundedUp(absl::Duration duration) {
  const int64_t nanos = absl::ToInt64Nanoseconds(duration);
  const bool exact =
      nanos == std::numeric_limits<int64_t>::max() || absl::Nanoseconds(nanos) >= duration;
  return exact ? nanos : nanos + 1;
}

// `duration` as a timeout of Poller::Wait.
int64_t ToTimeout(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return kNoLimit;
  return std::max<int64_t>(0, NanosRoundedUp(duration));
}

// Saturates. REQUIRES: delay >= 0.
int64_t LaterBy(int64_t nanos, absl::Duration delay) {
  int64_t later;
  if (__builtin_add_overflow(nanos, NanosRoundedUp(delay), &later)) {
    return std::numeric_limits<int64_t>::max();
  }
  return later;
}

// How long from `now_nanos` until `nanos`; zero when that has passed. Saturates.
int64_t Until(int64_t nanos, int64_t now_nanos) {
  int64_t until;
  if (__builtin_sub_overflow(nanos, now_nanos, &until)) return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(0, until);
}

void DiscardQueue(LoopQueue& queue) {
  while (LoopTask* task = queue.Pop()) task->function(*task, LoopTask::Mode::kDiscard);
}

}  // namespace

Loop::Loop(std::unique_ptr<Clock> clock, std::unique_ptr<Poller> poller, const Options& options)
    : clock_(std::move(clock)),
      poller_(std::move(poller)),
      max_callbacks_(options.max_callbacks_per_phase),
      spin_nanos_(absl::ToInt64Nanoseconds(options.spin)),
      scale_(absl::ToInt64Nanoseconds(options.tick), clock_->NowNanos()),
      awake_since_nanos_(clock_->NowNanos()),
      owner_(std::this_thread::get_id()) {
  CHECK_GE(max_callbacks_, 1);
}

Loop::~Loop() { Discard(); }

void Loop::Discard() {
  CheckOnLoop();
  std::vector<LoopTimer*> unowned;
  wheel_.ForEach([&unowned](WheelTimer& timer) {
    LoopTimer& loop_timer = static_cast<LoopTimer&>(timer);
    if (loop_timer.type_.discarded != nullptr) unowned.push_back(&loop_timer);
  });
  for (LoopTimer* timer : unowned) {
    timer->Cancel();
    timer->type_.discarded(*timer);
  }
  do {
    pending_.Append(inbox_.TakeAll());
    DiscardQueue(pending_);
    DiscardQueue(ticks_);
    DiscardQueue(immediates_);
    DiscardQueue(closing_);
  } while (has_queued());
}

absl::Status Loop::Run() {
  Enter();
  absl::Status status;
  while (!stop_.load(std::memory_order_relaxed) && alive() && status.ok()) {
    status = Turn(kNoLimit, /*once=*/false);
  }
  Leave();
  return status;
}

absl::Status Loop::RunOnce(absl::Duration timeout) {
  Enter();
  absl::Status status = Turn(ToTimeout(timeout), /*once=*/true);
  Leave();
  return status;
}

void Loop::Stop() {
  stop_.store(true, std::memory_order_release);
  poller_->Wake();
}

// One turn. Between any two callbacks the next ticks run.
absl::Status Loop::Turn(int64_t max_wait_nanos, bool once) noexcept {
  ++turns_;
  bool ran = RunTicks();
  ran |= RunTimers();
  ran |= RunPending();
  absl::Status status = PollFds(once && ran ? 0 : max_wait_nanos, once);
  RunImmediates();
  RunClosing();
  return status;
}

void Loop::Enter() {
  CHECK(!running_.exchange(true)) << "the loop is running already";
  owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  awake_since_nanos_ = clock_->NowNanos();
  outer_ = std::exchange(running_here_, this);
}

void Loop::Leave() {
  running_here_ = outer_;
  stopped_ = stop_.exchange(false, std::memory_order_acquire);
  running_.store(false);
}

bool Loop::RunTimers() {
  if (wheel_.size() == 0) return false;  // Then nobody asks what time it is.
  wheel_.Advance(scale_.Now(clock_->NowNanos()));
  for (int left = max_callbacks_; left > 0; --left) {
    WheelTimer* expired = wheel_.TakeExpired();
    if (expired == nullptr) return left < max_callbacks_;
    LoopTimer& timer = static_cast<LoopTimer&>(*expired);
    if (timer.referenced_) --keeps_;
    timer.type_.expired(timer);
    RunTicks();
  }
  return true;
}

bool Loop::RunPending() {
  if (pending_.empty() && inbox_.empty()) return false;
  pending_.Append(inbox_.TakeAll());
  LoopQueue now = std::move(pending_);
  const bool ran = RunQueue(now);
  // What these queued is for the next turn, behind what was over the limit.
  now.Append(std::move(pending_));
  pending_ = std::move(now);
  return ran;
}

void Loop::EnqueuePending(LoopTask& task) {
  // First in, first out, whoever is first: what others have pushed is older.
  if (!inbox_.empty()) pending_.Append(inbox_.TakeAll());
  pending_.Append(task);
  // Between the turns of an embedded loop its host may be asleep in a poll of backend_fd().
  if (!running_.load(std::memory_order_relaxed)) poller_->Wake();
}

absl::Status Loop::PollFds(int64_t max_wait_nanos, bool once) {
  const int64_t now = clock_->NowNanos();
  last_lag_nanos_ = now - awake_since_nanos_;
  max_lag_nanos_ = std::max(max_lag_nanos_, last_lag_nanos_);
  int64_t timeout = PollTimeout(now, max_wait_nanos, once);
  if (timeout != 0 && MayLookForPosts()) {
    if (!LookForPosts(now, timeout)) {
      timeout = PollTimeout(clock_->NowNanos(), max_wait_nanos, once);
    } else if (++unpolled_turns_ < kMaxUnpolledTurns) {
      awake_since_nanos_ = now;
      return absl::OkStatus();
    } else {
      timeout = 0;
    }
  }
  unpolled_turns_ = 0;
  if (timeout != 0) woke_worker_ = false;
  absl::Status status = poller_->Wait(timeout);
  // A look takes no time that would be worth another reading of the clock.
  awake_since_nanos_ = timeout == 0 ? now : clock_->NowNanos();
  if (timeout != 0) ++waits_;
  TellReady();
  return status;
}

void Loop::TellReady() {
  Poller& poller = *poller_;
  Readiness ready;
  while (Watcher* watcher = poller.TakeReady(ready)) {
    watcher->OnReady(ready);
    RunTicks();
  }
}

bool Loop::MayLookForPosts() {
  if (on_pool_ + kept_ == 0 || spin_nanos_ == 0) return false;
  if (unlooked_ == 0) return true;
  --unlooked_;
  return false;
}

bool Loop::LookForPosts(int64_t now_nanos, int64_t timeout_nanos) {
  // A worker that had to be woken may wait for this very processor, and if not, takes its time.
  const bool waking = std::exchange(woke_worker_, false);
  // And several workers may, all the more.
  const bool yields = waking || on_pool_ > 1;
  const int64_t look = waking ? kWakingLook * spin_nanos_ : spin_nanos_;
  const int64_t nanos = timeout_nanos < 0 ? look : std::min(look, timeout_nanos);
  // By turns as well: a clock that a test moves stands still meanwhile.
  for (int turns = 0; turns < kMaxLooks; ++turns) {
    if (!inbox_.empty()) {
      next_unlooked_ = 1;
      return true;
    }
    if (turns % kLooksPerClock == kLooksPerClock - 1) {
      if (clock_->NowNanos() - now_nanos >= nanos) break;
    }
    if (yields && turns % kLooksPerClock == 0) sched_yield();
    CpuRelax();
  }
  unlooked_ = next_unlooked_;
  next_unlooked_ = std::min(2 * next_unlooked_, kMaxUnlooked);
  return false;
}

void Loop::RunImmediates() {
  if (immediates_.empty()) return;
  LoopQueue now = std::move(immediates_);
  RunQueue(now);
  // What immediates queued is for the next turn, behind what was over the limit.
  now.Append(std::move(immediates_));
  immediates_ = std::move(now);
}

void Loop::RunClosing() { RunQueue(closing_); }

bool Loop::RunQueue(LoopQueue& queue) {
  for (int left = max_callbacks_; left > 0; --left) {
    LoopTask* task = queue.Pop();
    if (task == nullptr) return left < max_callbacks_;
    RunTask(*task);
  }
  return true;
}

int64_t Loop::PollTimeout(int64_t now_nanos, int64_t max_wait_nanos, bool once) const {
  if (max_wait_nanos == 0 || has_queued() || stop_.load(std::memory_order_relaxed)) return 0;
  if (!once && keeps_ == 0) return 0;  // Not alive().
  const std::optional<uint64_t> next = wheel_.NextDeadline();
  if (!next.has_value()) return max_wait_nanos;
  // A tick's beginning is a whole number of nanoseconds, so nothing is rounded down here.
  const int64_t until = Until(scale_.Nanos(*next), now_nanos);
  return max_wait_nanos == kNoLimit ? until : std::min(until, max_wait_nanos);
}

absl::Duration Loop::NextTimeout() {
  CheckOnLoop();
  poller_->Arm();
  const int64_t timeout = PollTimeout(clock_->NowNanos(), kNoLimit, /*once=*/true);
  return timeout == kNoLimit ? absl::InfiniteDuration() : absl::Nanoseconds(timeout);
}

void Loop::ForEachTimer(absl::FunctionRef<void(const LoopTimer&)> f) const {
  wheel_.ForEach([f](const WheelTimer& timer) { f(static_cast<const LoopTimer&>(timer)); });
}

void Loop::ForEachWatch(absl::FunctionRef<void(const FdWatch&)> f) const {
  // Every watcher of this poller came through FdWatch::Start.
  poller_->ForEachWatcher([f](const Watcher& watcher) { f(static_cast<const FdWatch&>(watcher)); });
}

void LoopTimer::Start(absl::Duration delay) {
  loop_.CheckOnLoop();
  if (!scheduled() && referenced_) ++loop_.keeps_;
  started_nanos_ = loop_.clock_->NowNanos();
  // An empty wheel is not advanced in turns; from an old time it would be placed too far up.
  if (loop_.wheel_.size() == 0) loop_.wheel_.Advance(loop_.scale_.Now(started_nanos_));
  loop_.wheel_.Start(*this, delay > absl::ZeroDuration()
                                ? loop_.scale_.Deadline(LaterBy(started_nanos_, delay))
                                // The current tick: rounding up would cost a whole one.
                                : loop_.scale_.Now(started_nanos_));
}

void LoopTimer::StartAt(int64_t nanos) {
  loop_.CheckOnLoop();
  if (!scheduled() && referenced_) ++loop_.keeps_;
  started_nanos_ = loop_.awake_since_nanos_;
  if (loop_.wheel_.size() == 0) loop_.wheel_.Advance(loop_.scale_.Now(started_nanos_));
  loop_.wheel_.Start(*this, loop_.scale_.Deadline(nanos));
}

bool LoopTimer::Cancel() {
  loop_.CheckOnLoop();
  if (!loop_.wheel_.Cancel(*this)) return false;
  if (referenced_) --loop_.keeps_;
  return true;
}

void LoopTimer::Ref() {
  loop_.CheckOnLoop();
  if (!referenced_ && scheduled()) ++loop_.keeps_;
  referenced_ = true;
}

void LoopTimer::Unref() {
  loop_.CheckOnLoop();
  if (referenced_ && scheduled()) --loop_.keeps_;
  referenced_ = false;
}

void LoopTimer::StartAgain(absl::Duration interval) {
  loop_.CheckOnLoop();
  DCHECK(!scheduled());
  started_nanos_ = loop_.clock_->NowNanos();
  int64_t next = LaterBy(loop_.scale_.Nanos(deadline()), interval);
  if (next <= started_nanos_) next = LaterBy(started_nanos_, interval);
  if (referenced_) ++loop_.keeps_;
  loop_.wheel_.Start(*this, loop_.scale_.Deadline(next));
}

}  // namespace rondo
