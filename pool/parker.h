// Lets one thread sleep until another wakes it.
#ifndef RONDO_POOL_PARKER_H_
#define RONDO_POOL_PARKER_H_

#include <atomic>
#include <cstdint>

namespace rondo {

// A token of one for one thread, on a futex of its own: a wake-up that comes before the sleep is
// not lost, and a wake-up of a thread that does not sleep makes no system call.
//
// Thread safety: Unpark: any thread. Park: the owner's thread only.
//
// Ownership: must outlive the calls of Unpark; Park may return before Unpark does.
//
//   parker.Park();     // the owner: returns once the token is there, and takes it
//   parker.Unpark();   // another thread: what it did before is seen by the owner afterwards
class Parker {
 public:
  Parker() = default;
  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;

  void Park();
  // Several before the owner takes the token count as one.
  void Unpark();

 private:
  // A futex needs 32 bits.
  enum State : uint32_t { kEmpty, kToken, kParked };

  // kEmpty and kParked are written by the owner, kToken by Unpark.
  std::atomic<uint32_t> state_ = kEmpty;
};

}  // namespace rondo

#endif  // RONDO_POOL_PARKER_H_
