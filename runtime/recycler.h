// Memory for operations, closures and coroutine frames, used again instead of freed.
#ifndef RONDO_RUNTIME_RECYCLER_H_
#define RONDO_RUNTIME_RECYCLER_H_

#include <cstddef>

namespace rondo {

// `size` bytes, aligned for every fundamental type. A block that was freed before is used
// again where one of its size class is at hand: each thread keeps a few blocks of each class
// and trades them in batches with a store that all threads share, so that blocks allocated on
// one thread and freed on another come back too. The store keeps at most 4 MiB of each
// class. Blocks over 2 KiB, and every block of a sanitizer build, come from the heap.
//
// Thread-safe. Every block goes back through Recycle, with the size it was allocated with.
//
//   void* block = AllocateRecycled(200);
//   Recycle(block, 200);
void* AllocateRecycled(size_t size);
void Recycle(void* block, size_t size);

}  // namespace rondo

#endif  // RONDO_RUNTIME_RECYCLER_H_
