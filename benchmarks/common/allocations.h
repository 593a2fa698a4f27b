// Counts the allocations of the whole program, whoever makes them: itself, libraries, operator new.
#ifndef RONDO_BENCHMARKS_COMMON_ALLOCATIONS_H_
#define RONDO_BENCHMARKS_COMMON_ALLOCATIONS_H_

#include <cstdint>

namespace bench {

// Calls of malloc and its kin up to now, of all threads; exact when no other thread allocates
// meanwhile. Always 0 under a sanitizer, which has an allocator of its own.
int64_t AllocationCount();

// Bytes that the program has from the allocator, with what that keeps beside each block.
int64_t HeapBytes();

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_ALLOCATIONS_H_
