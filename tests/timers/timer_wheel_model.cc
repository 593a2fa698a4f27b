#include "tests/timers/timer_wheel_model.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "timers/timer_wheel.h"

namespace rondo {
namespace {

// What a wheel has to do, in the simplest words. Every operation is done to both and compared.
class CheckedWheel {
 public:
  CheckedWheel(size_t timers, uint64_t now) : wheel_(std::in_place, now), now_(now) {
    for (size_t id = 0; id < timers; ++id) timers_.push_back(std::make_unique<Timer>());
  }

  uint64_t now() const { return now_; }
  size_t timer_count() const { return timers_.size(); }

  void Start(size_t id, uint64_t deadline) {
    Timer& timer = *timers_[id];
    Forget(timer);
    timer.key = {std::max(deadline, now_), ++starts_};
    timer.state = State::kScheduled;
    scheduled_.emplace(timer.key, &timer);

    wheel_->Start(timer, deadline);
    CHECK_EQ(timer.deadline(), timer.key.first);
    Compare(timer);
  }

  void Cancel(size_t id) {
    Timer& timer = *timers_[id];
    CHECK_EQ(wheel_->Cancel(timer), timer.state != State::kIdle);
    Forget(timer);
    Compare(timer);
  }

  void Destroy(size_t id) {
    Forget(*timers_[id]);
    timers_[id] = std::make_unique<Timer>();
    Compare(*timers_[id]);
  }

  void Advance(uint64_t now) {
    if (now > now_) now_ = now;
    while (!scheduled_.empty() && scheduled_.begin()->first.first <= now_) {
      Timer* timer = scheduled_.begin()->second;
      scheduled_.erase(scheduled_.begin());
      timer->state = State::kExpired;
      expired_.push_back(timer);
    }
    wheel_->Advance(now);
    Compare();
  }

  // Which timer was taken, if one was.
  std::optional<size_t> Take() {
    WheelTimer* const taken = wheel_->TakeExpired();
    if (expired_.empty()) {
      CHECK(taken == nullptr);
      return std::nullopt;
    }
    Timer* const timer = expired_.front();
    CHECK(taken == timer);
    CHECK_EQ(timer->deadline(), timer->key.first);
    Forget(*timer);
    Compare(*timer);
    for (size_t id = 0;; ++id) {
      if (timers_[id].get() == timer) return id;
    }
  }

  std::optional<uint64_t> NextDeadline() {
    const std::optional<uint64_t> next = wheel_->NextDeadline();
    if (!expired_.empty()) {
      CHECK(next == now_);
    } else if (scheduled_.empty()) {
      CHECK(next == std::nullopt);
    } else {
      CHECK(next.has_value());
      CheckNextDeadline(*next);
    }
    return next;
  }

  void CheckInvariants() const { wheel_->CheckInvariants(); }

  // Another wheel, in which nothing is scheduled.
  void Renew(uint64_t now) {
    wheel_.emplace(now);
    now_ = now;
    for (std::unique_ptr<Timer>& timer : timers_) {
      CHECK(!timer->scheduled());
      Forget(*timer);
    }
    Compare();
  }

 private:
  using Key = std::pair<uint64_t, uint64_t>;  // Deadline, number of the start.
  enum class State { kIdle, kScheduled, kExpired };
  struct Timer : WheelTimer {
    State state = State::kIdle;
    Key key;
  };

  void Forget(Timer& timer) {
    if (timer.state == State::kScheduled) CHECK_EQ(scheduled_.erase(timer.key), 1u);
    if (timer.state == State::kExpired) expired_.remove(&timer);
    timer.state = State::kIdle;
  }

  void Compare(const Timer& timer) const {
    CHECK_EQ(timer.scheduled(), timer.state != State::kIdle);
    Compare();
  }

  void Compare() const {
    CHECK_EQ(wheel_->now(), now_);
    CHECK_EQ(wheel_->size(), scheduled_.size() + expired_.size());
    CHECK_EQ(wheel_->has_expired(), !expired_.empty());
  }

  void CheckNextDeadline(uint64_t next) const {
    const uint64_t earliest = scheduled_.begin()->first.first;
    CHECK_LE(next, earliest);
    if (next == earliest) return;

    // Early is legal at the beginning of a crowded slot above the lowest level.
    const int shift = (63 - std::countl_zero((earliest ^ now_) | 1)) / 6 * 6;
    CHECK_GT(shift, 0);
    CHECK_EQ(next, earliest >> shift << shift);
    CHECK_GT(next, now_);
    int sharing = 0;
    for (const auto& [key, timer] : scheduled_) sharing += key.first >> shift == earliest >> shift;
    CHECK_GT(sharing, TimerWheel::kScanLimit);
  }

  std::vector<std::unique_ptr<Timer>> timers_;
  std::optional<TimerWheel> wheel_;
  uint64_t now_;
  uint64_t starts_ = 0;
  std::map<Key, Timer*> scheduled_;
  std::list<Timer*> expired_;
};

class Program {
 public:
  explicit Program(absl::Span<const uint8_t> bytes)
      : bytes_(bytes), wheel_{/*timers=*/size_t{1} + Byte(), /*now=*/Time(0)} {}

  void Run() {
    while (!bytes_.empty()) {
      Step();
      wheel_.CheckInvariants();
    }
  }

 private:
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_.remove_prefix(1);
    return byte;
  }

  size_t Id() { return Byte() % wheel_.timer_count(); }

  // Times of all magnitudes, most of them near a boundary of some slot. May wrap around.
  uint64_t Time(uint64_t now) {
    const uint8_t kind = Byte();
    const uint64_t bit = Byte() % 64;
    const uint64_t offset = static_cast<uint64_t>(int64_t{Byte()} - 128);
    switch (kind % 5) {
      case 0:
        return now + bit;
      case 1:
        return now + (uint64_t{1} << bit) + offset;
      case 2:
        return (((now >> bit) + 1) << bit) + offset % 4 - 2;
      case 3:
        return (uint64_t{1} << bit) + offset;
      default:
        return std::numeric_limits<uint64_t>::max() - bit;
    }
  }

  // Seldom far, because nothing is left to see once time stands at its end.
  uint64_t NextTime() {
    const uint8_t kind = Byte();
    if (kind < 4) return Time(wheel_.now());
    return wheel_.now() + (uint64_t{Byte()} << (kind % 16));
  }

  void Step() {
    switch (Byte() % 12) {
      case 0:
      case 1:
      case 2: {
        const size_t id = Id();
        wheel_.Start(id, Time(wheel_.now()));
        break;
      }
      case 3: {
        const size_t id = Id();
        wheel_.Start(id, wheel_.now() - std::min<uint64_t>(wheel_.now(), Byte()));
        break;
      }
      case 4:
        wheel_.Cancel(Id());
        break;
      case 5:
        wheel_.Destroy(Id());
        break;
      case 6:
        StartBatch();
        break;
      case 7:
        wheel_.Advance(NextTime());
        break;
      case 8:
        wheel_.NextDeadline();
        break;
      case 9:
        wheel_.Advance(wheel_.NextDeadline().value_or(0));
        break;
      case 10:
        TakeSome();
        break;
      default:
        // A program of many steps would otherwise end with its time at the end.
        if (Byte() < 16) wheel_.Renew(Time(0));
        break;
    }
  }

  void StartBatch() {
    const uint64_t deadline = Time(wheel_.now());
    const uint8_t spread = 1 + Byte() % 4;
    const size_t first = Id();
    const size_t count = Byte() % 64;
    for (size_t i = 0; i < count; ++i) {
      wheel_.Start((first + i) % wheel_.timer_count(), deadline + i % spread);
    }
  }

  // Takes expired timers whose "callbacks" start themselves or others, cancel or destroy.
  void TakeSome() {
    size_t count = Byte();
    while (count-- > 0) {
      const std::optional<size_t> id = wheel_.Take();
      if (!id.has_value()) return;
      switch (Byte() % 6) {
        case 0:
          wheel_.Start(*id, Time(wheel_.now()));
          break;
        case 1:
          wheel_.Start(*id, wheel_.now());
          break;
        case 2:
          wheel_.Cancel(Id());
          break;
        case 3:
          wheel_.Destroy(Id());
          break;
        default:
          break;
      }
    }
  }

  absl::Span<const uint8_t> bytes_;
  CheckedWheel wheel_;
};

}  // namespace

void RunTimerWheelProgram(absl::Span<const uint8_t> bytes) { Program(bytes).Run(); }

}  // namespace rondo
