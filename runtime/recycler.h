// Memory for operations, closures and coroutine frames, used again instead of freed.
#ifndef RONDO_RUNTIME_RECYCLER_H_
#define RONDO_RUNTIME_RECYCLER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "absl/base/config.h"
#include "absl/base/optimization.h"

namespace rondo {
namespace recycler_internal {

#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER) || \
    defined(ABSL_HAVE_MEMORY_SANITIZER)
// A recycled block would hide its use after it was freed.
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr size_t kClassBytes = 64;
constexpr size_t kClasses = 32;  // Blocks of up to 2 KiB.

constexpr size_t ClassOf(size_t size) { return size == 0 ? 0 : (size - 1) / kClassBytes; }

struct Block {
  Block* next;
};

// One thread's blocks of one class. `spare` is null or a full batch, kept so that a thread
// that swings around a batch's edge does not take the store's lock at every swing.
struct Shelf {
  Block* top;
  Block* spare;
  size_t room;  // How many more blocks go below `top`; 0 as well before and after its use.
};

// A thread's own. All zeros at first, so that to reach it costs no check whether it was made.
struct Shelves {
  std::array<Shelf, kClasses> of_class;
  enum : uint8_t { kUnused, kOpen, kClosed } state;
};

extern constinit thread_local Shelves shelves;

// What the shelf cannot do: it is empty, or full.
void* AllocateElsewhere(size_t size_class);
void RecycleElsewhere(Block* block, size_t size_class);

}  // namespace recycler_internal

// `size` bytes, aligned for every fundamental type. A block that was freed before is used
// again where one of its size class is at hand: each thread keeps a few blocks of each class
// and trades them in batches with a store that all threads share, so that blocks allocated on
// one thread and freed on another come back too. The store keeps at most 4 MiB of each
// class. Blocks over 2 KiB, and every block of a sanitizer build, come from the heap.
//
// Thread-safe. Every block goes back through Recycle, with the size it was allocated with. Both
// are inline, for where the size is a constant a few instructions are left of them.
//
//   void* block = AllocateRecycled(200);
//   Recycle(block, 200);
inline void* AllocateRecycled(size_t size) {
  const size_t size_class = recycler_internal::ClassOf(size);
  if (!recycler_internal::kRecycle || size_class >= recycler_internal::kClasses) {
    return ::operator new(size);
  }
  recycler_internal::Shelf& shelf = recycler_internal::shelves.of_class[size_class];
  recycler_internal::Block* const block = shelf.top;
  if (ABSL_PREDICT_FALSE(block == nullptr)) return recycler_internal::AllocateElsewhere(size_class);
  shelf.top = block->next;
  ++shelf.room;
  return block;
}

inline void Recycle(void* memory, size_t size) {
  const size_t size_class = recycler_internal::ClassOf(size);
  if (!recycler_internal::kRecycle || size_class >= recycler_internal::kClasses) {
    return ::operator delete(memory);
  }
  auto* const block = static_cast<recycler_internal::Block*>(memory);
  recycler_internal::Shelf& shelf = recycler_internal::shelves.of_class[size_class];
  if (ABSL_PREDICT_FALSE(shelf.room == 0)) {
    return recycler_internal::RecycleElsewhere(block, size_class);
  }
  block->next = shelf.top;
  shelf.top = block;
  --shelf.room;
}

// From now on a thread that has no blocks yet keeps none: what is freed goes back to the heap, as
// in a sanitizer build. For who measures the heap, where blocks that wander from the thread that
// allocates to the one that frees look like a leak until the latter has its fill.
//
// REQUIRES: no other thread is using the recycler.
void DisableRecycling();

}  // namespace rondo

#endif  // RONDO_RUNTIME_RECYCLER_H_
