#ifndef RONDO_RUNTIME_CONFORMANCE_FOOTPRINT_H_
#define RONDO_RUNTIME_CONFORMANCE_FOOTPRINT_H_

#include <cstdint>

namespace rondo::conformance {

// What this process holds.
struct Footprint {
  int64_t descriptors;
  int64_t threads;
  int64_t heap_bytes;  // 0 under a sanitizer, which has a heap of its own, and finds leaks itself.
};

// REQUIRES: MeasureHeapExactly was called before the first thread, or bytes are missing.
Footprint MeasureFootprint();

// Has the allocator and the recycler keep no memory for single threads, which would look like
// growth for long. The allocator takes that from the environment, once: runs this program again if
// need be.
void MeasureHeapExactly(char** argv);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_FOOTPRINT_H_
