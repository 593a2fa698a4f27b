// What an fd is ready for.
#ifndef RONDO_POLLER_READINESS_H_
#define RONDO_POLLER_READINESS_H_

#include <cstdint>
#include <string>

namespace rondo {

// A set of the things for which an fd can be ready. A value, as cheap to pass as a number.
//
//   Readiness ready = Readiness::kReadable | Readiness::kPeerClosed;
//   if (ready.Has(Readiness::kReadable)) ...
class Readiness {
 public:
  // These are epoll's own values, so that an event needs no translation.
  enum Bit : uint16_t {
    kReadable = 1,         // A read gives data, or the end of the stream.
    kUrgent = 2,           // A stream has TCP's urgent data, in front of which a read stops.
    kWritable = 4,         // A write takes at least a part.
    kError = 8,            // An error is pending: a socket's is in SO_ERROR.
    kHungUp = 16,          // Closed in both directions; what the peer sent can still be read.
    kPeerClosed = 0x2000,  // The peer will send nothing more; what it sent can still be read.
  };

  constexpr Readiness() = default;
  constexpr Readiness(Bit bit) : bits_(bit) {}  // NOLINT(google-explicit-constructor)

  // The other way round: `bits` as bits() gives them.
  static constexpr Readiness FromBits(uint16_t bits) {
    Readiness readiness;
    readiness.bits_ = bits;
    return readiness;
  }
  constexpr uint16_t bits() const { return bits_; }

  constexpr bool empty() const { return bits_ == 0; }
  // Whether any of `others` is in the set.
  constexpr bool Has(Readiness others) const { return (bits_ & others.bits_) != 0; }

  constexpr Readiness& operator|=(Readiness other) {
    bits_ |= other.bits_;
    return *this;
  }
  constexpr Readiness& operator&=(Readiness other) {
    bits_ &= other.bits_;
    return *this;
  }
  // The set without `others`.
  constexpr Readiness Without(Readiness others) const {
    return FromBits(static_cast<uint16_t>(bits_ & ~others.bits_));
  }
  friend constexpr Readiness operator|(Readiness a, Readiness b) { return a |= b; }
  friend constexpr Readiness operator&(Readiness a, Readiness b) { return a &= b; }
  // Without these two the bits would be promoted to int.
  friend constexpr Readiness operator|(Bit a, Bit b) { return Readiness(a) | Readiness(b); }
  friend constexpr Readiness operator&(Bit a, Bit b) { return Readiness(a) & Readiness(b); }
  friend constexpr bool operator==(Readiness a, Readiness b) = default;

  // For people: "readable|peer_closed"; "nothing" when empty.
  std::string ToString() const;
  template <typename Sink>
  friend void AbslStringify(Sink& sink, Readiness readiness) {
    sink.Append(readiness.ToString());
  }

 private:
  uint16_t bits_ = 0;
};

}  // namespace rondo

#endif  // RONDO_POLLER_READINESS_H_
