// How often this program has called operator new.
#ifndef RONDO_TESTS_COUNT_ALLOCATIONS_H_
#define RONDO_TESTS_COUNT_ALLOCATIONS_H_

#include <cstdint>

namespace rondo {

// On all threads. A program that links this has an operator new that counts. Tests that expect
// exact counts are tagged "exact-counts": builds with sanitizers leave them out, since they have an
// operator new of their own, and recycle no block so as to see its use after it was freed.
int64_t CountAllocations();

}  // namespace rondo

#endif  // RONDO_TESTS_COUNT_ALLOCATIONS_H_
