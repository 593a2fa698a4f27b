// A limit that several kinds share.
#ifndef RONDO_PLUGINS_CRYPTO_GATE_H_
#define RONDO_PLUGINS_CRYPTO_GATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"

namespace rondo::crypto::internal {

// Lets so many in at once, of whatever kind, and the others wait, first in, first out. A limit of
// each kind alone would not do: the kinds that hash passwords are several, and together they would
// take every worker.
//
// Loop thread only. Owned by those who enter and by those who are in.
class Gate : public std::enable_shared_from_this<Gate> {
 public:
  // A place inside, given back when it is destroyed.
  class Place {
   public:
    Place() = default;
    explicit Place(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    std::shared_ptr<Gate> gate_;
  };
  using Enter = absl::AnyInvocable<void(Place) &&>;

  explicit Gate(int64_t places) : places_(places) {}

  // Calls `enter`, now or when a place is free. Returns a number for Forget.
  int64_t Admit(Enter enter) {
    waiting_.emplace(++last_, std::move(enter));
    LetIn();
    return last_;
  }
  // Destroys what waits under this number, if it still does.
  void Forget(int64_t number) {
    // It may come back here when it is destroyed.
    const auto node = waiting_.extract(number);
  }

 private:
  void Leave() {
    ++places_;
    LetIn();
  }
  void LetIn() {
    // Whoever leaves at once, from within, must not let others in from there: that could go deep.
    if (std::exchange(letting_in_, true)) return;
    while (places_ > 0 && !waiting_.empty()) {
      auto node = waiting_.extract(waiting_.begin());
      --places_;
      std::move(node.mapped())(Place(shared_from_this()));
    }
    letting_in_ = false;
  }

  int64_t places_;
  int64_t last_ = 0;
  bool letting_in_ = false;
  std::map<int64_t, Enter> waiting_;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_GATE_H_
